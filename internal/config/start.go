package config

// Start is what is run at the start.
type Start struct {
	File     string // statements that are run before clients are served; "": none
	DataFile string // statements that are run while clients are served; "": none
}

func startFlags() []Flag {
	return []Flag{
		{
			Name: "flag-file", Group: groupStart, Kind: Text, Default: "",
			Help: "Read more flags from this file, here and now: what follows wins over it.",
		},
		{
			Name: "strict-flag-check", Group: groupStart, Kind: Bool, Default: "true",
			Help: "Stop at arguments that are no flags. When false, they are named in a warning.",
		},
		{
			Name: "init-file", Group: groupStart, Kind: Text, Default: "",
			Help: "File of statements, each ended by a semicolon, that run before the server listens, at every start, with every privilege. One that fails is logged, and the next one runs. Empty runs none.",
		},
		{
			Name: "init-data-file", Group: groupStart, Kind: Text, Default: "",
			Help: "The same, run while the server already serves clients.",
		},
	}
}
