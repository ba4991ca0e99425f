package config

// spaceFlags are those about a disk that becomes full.
func spaceFlags() []Flag {
	return []Flag{
		{
			Name: "storage-min-free-space", Group: groupStorage, Kind: Int, Default: "64", Max: 1 << 30, Unit: "MiB",
			Help: "Room that commits leave free on the disk of the data directory. With less, they fail with a transient error and reads go on, until a quarter more than this is free. 0 lets them fill the disk.",
		},
	}
}
