package config

// retentionFlags are those about what goes when it is superfluous, beside the number of snapshots.
func retentionFlags() []Flag {
	return []Flag{
		{
			Name: "storage-snapshot-retention-age-sec", Group: groupStorage, Kind: Int, Default: "0", Max: 3_153_600_000, Unit: "seconds",
			Help: "Snapshots older than this go when a new one has been taken; the newest always stays. 0 lets none go for its age.",
		},
		{
			Name: "storage-snapshot-retention-size-mib", Group: groupStorage, Kind: Int, Default: "0", Max: 1 << 30, Unit: "MiB",
			Help: "Room that all snapshots together may take: the oldest go when a new one has been taken, the newest always stays. 0 sets no bound.",
		},
		{
			Name: "storage-quarantine-retention-count", Group: groupStorage, Kind: Int, Default: "5", Max: 1_000_000,
			Help: "How many damaged snapshots to keep in the folder quarantine, the newest; each one deleted there is logged. 0 keeps all.",
		},
	}
}

// spaceFlags are those about a disk that becomes full.
func spaceFlags() []Flag {
	return []Flag{
		{
			Name: "storage-min-free-space", Group: groupStorage, Kind: Int, Default: "64", Max: 1 << 30, Unit: "MiB",
			Help: "Room that commits leave free on the disk of the data directory. With less, they fail with a transient error and reads go on, until a quarter more than this is free. 0 lets them fill the disk.",
		},
	}
}
