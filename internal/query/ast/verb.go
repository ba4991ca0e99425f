package ast

// String returns the statement that v names.
func (v AdminVerb) String() string {
	names := [...]string{
		CreateSnapshot:          "CREATE SNAPSHOT",
		ShowSnapshots:           "SHOW SNAPSHOTS",
		LockDataDirectory:       "LOCK DATA DIRECTORY",
		UnlockDataDirectory:     "UNLOCK DATA DIRECTORY",
		DataDirectoryLockStatus: "DATA DIRECTORY LOCK STATUS",
		ShowIndexInfo:           "SHOW INDEX INFO",
		ShowStorageInfo:         "SHOW STORAGE INFO",
		ShowVersion:             "SHOW VERSION",
		ShowBuildInfo:           "SHOW BUILD INFO",
		ShowConfig:              "SHOW CONFIG",
		ShowTransactions:        "SHOW TRANSACTIONS",
		FreeMemory:              "FREE MEMORY",
		ShowNextSnapshot:        "SHOW NEXT SNAPSHOT",
		ShowDatabases:           "SHOW DATABASES",
		ShowDatabase:            "SHOW DATABASE",
		ShowConstraintInfo:      "SHOW CONSTRAINT INFO",
		ShowEnums:               "SHOW ENUMS",
		ShowDescriptions:        "SHOW DESCRIPTIONS",
		ShowMetricsInfo:         "SHOW METRICS INFO",
		ShowDatabaseSettings:    "SHOW DATABASE SETTINGS",
		ShowRecoveryInfo:        "SHOW RECOVERY INFO",
		DumpDatabase:            "DUMP DATABASE",
		ReloadTLS:               "RELOAD BOLT_SERVER TLS",
		ShowUsers:               "SHOW USERS",
		ShowRoles:               "SHOW ROLES",
		ShowCurrentUser:         "SHOW CURRENT USER",
		ShowCurrentRole:         "SHOW CURRENT ROLE",
		ShowActiveUsers:         "SHOW ACTIVE USERS INFO",
		ShowIndexes:             "SHOW INDEXES",
		ShowConstraints:         "SHOW CONSTRAINTS",
		ShowFunctions:           "SHOW FUNCTIONS",
		ShowProcedures:          "SHOW PROCEDURES",
		ShowSettings:            "SHOW SETTINGS",
		ShowNamedDatabase:       "SHOW DATABASE",
		ShowSchemaInfo:          "SHOW SCHEMA INFO",
		ShowNodeLabelsInfo:      "SHOW NODE_LABELS INFO",
		ShowEdgeTypesInfo:       "SHOW EDGE_TYPES INFO",
		ShowVectorIndexInfo:     "SHOW VECTOR INDEX INFO",
		ShowTriggers:            "SHOW TRIGGERS",
		ShowStreams:             "SHOW STREAMS",
		ShowReplicas:            "SHOW REPLICAS",
		ShowReplicationRole:     "SHOW REPLICATION ROLE",
		ShowLicenseInfo:         "SHOW LICENSE INFO",
		ShowMemoryInfo:          "SHOW MEMORY INFO",
	}
	if int(v) < len(names) && names[v] != "" {
		return names[v]
	}
	return "unknown statement"
}
