package ast

// String returns the statement that v names.
func (v AdminVerb) String() string {
	switch v {
	case CreateSnapshot:
		return "CREATE SNAPSHOT"
	case ShowSnapshots:
		return "SHOW SNAPSHOTS"
	case LockDataDirectory:
		return "LOCK DATA DIRECTORY"
	case UnlockDataDirectory:
		return "UNLOCK DATA DIRECTORY"
	case DataDirectoryLockStatus:
		return "DATA DIRECTORY LOCK STATUS"
	case ShowIndexInfo:
		return "SHOW INDEX INFO"
	case ShowStorageInfo:
		return "SHOW STORAGE INFO"
	case ShowVersion:
		return "SHOW VERSION"
	case ShowBuildInfo:
		return "SHOW BUILD INFO"
	case ShowConfig:
		return "SHOW CONFIG"
	case ShowTransactions:
		return "SHOW TRANSACTIONS"
	case FreeMemory:
		return "FREE MEMORY"
	case ShowNextSnapshot:
		return "SHOW NEXT SNAPSHOT"
	case ShowDatabases:
		return "SHOW DATABASES"
	case ShowDatabase:
		return "SHOW DATABASE"
	case ShowConstraintInfo:
		return "SHOW CONSTRAINT INFO"
	case ShowEnums:
		return "SHOW ENUMS"
	case ShowDescriptions:
		return "SHOW DESCRIPTIONS"
	case ShowMetricsInfo:
		return "SHOW METRICS INFO"
	case ShowDatabaseSettings:
		return "SHOW DATABASE SETTINGS"
	case ShowRecoveryInfo:
		return "SHOW RECOVERY INFO"
	case DumpDatabase:
		return "DUMP DATABASE"
	case ReloadTLS:
		return "RELOAD BOLT_SERVER TLS"
	case ShowUsers:
		return "SHOW USERS"
	case ShowRoles:
		return "SHOW ROLES"
	case ShowCurrentUser:
		return "SHOW CURRENT USER"
	case ShowCurrentRole:
		return "SHOW CURRENT ROLE"
	case ShowActiveUsers:
		return "SHOW ACTIVE USERS INFO"
	case ShowIndexes:
		return "SHOW INDEXES"
	case ShowConstraints:
		return "SHOW CONSTRAINTS"
	case ShowFunctions:
		return "SHOW FUNCTIONS"
	case ShowProcedures:
		return "SHOW PROCEDURES"
	case ShowSettings:
		return "SHOW SETTINGS"
	case ShowNamedDatabase:
		return "SHOW DATABASE"
	case ShowSchemaInfo:
		return "SHOW SCHEMA INFO"
	case ShowNodeLabelsInfo:
		return "SHOW NODE_LABELS INFO"
	case ShowEdgeTypesInfo:
		return "SHOW EDGE_TYPES INFO"
	case ShowVectorIndexInfo:
		return "SHOW VECTOR INDEX INFO"
	case ShowTriggers:
		return "SHOW TRIGGERS"
	case ShowStreams:
		return "SHOW STREAMS"
	case ShowReplicas:
		return "SHOW REPLICAS"
	case ShowReplicationRole:
		return "SHOW REPLICATION ROLE"
	case ShowLicenseInfo:
		return "SHOW LICENSE INFO"
	case ShowMemoryInfo:
		return "SHOW MEMORY INFO"
	}
	return "unknown statement"
}
