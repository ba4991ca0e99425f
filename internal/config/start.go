package config

// Start is what is run at the start.
type Start struct {
	File     string // statements that are run before clients are served; "": none
	DataFile string // statements that are run while clients are served; "": none
}

// initFlags are those about what is run at the start.
func initFlags() []Flag {
	return []Flag{
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

// moreQueryFlags are those about queries that settings of the database change while the server runs.
func moreQueryFlags() []Flag {
	return []Flag{
		{
			Name: "timezone", Group: groupQuery, Kind: Zone, Default: "UTC",
			Help: "Time zone of the clock that date(), time(), datetime() and their like read when nothing else is asked for. SET DATABASE SETTING 'timezone' changes it while the server runs.",
		},
		{
			Name: "hops-limit-partial-results", Group: groupQuery, Kind: Bool, Default: "true",
			Help: "At the limit of USING HOPS LIMIT, return what was found until then. When false, such a query fails.",
		},
	}
}
