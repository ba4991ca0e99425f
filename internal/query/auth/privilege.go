package auth

import (
	"math/bits"
	"strings"
)

// Privilege is the right to run statements of a kind.
type Privilege uint8

// The privileges. Their numbers are part of the format of entries.
const (
	Match Privilege = iota
	Create
	Merge
	Delete
	Set
	Remove
	Index
	Stats
	Constraint
	Dump
	Replication
	Durability
	ReadFile
	FreeMemory
	Trigger
	Config
	Auth
	Stream
	ModuleRead
	ModuleWrite
	WebSocket
	TransactionManagement
	StorageMode
	MultiDatabaseEdit
	MultiDatabaseUse
	ImpersonateUser
	ProfileRestriction
	ParallelExecution
	ServerSideParameters
	ServerSideDescriptions
	ReloadTLS
	CoordinatorRead
	CoordinatorWrite
	privilegeCount
)

// privilegeNames returns the names in the order of the numbers.
func privilegeNames() [privilegeCount]string {
	return [...]string{
		"MATCH", "CREATE", "MERGE", "DELETE", "SET", "REMOVE", "INDEX", "STATS", "CONSTRAINT", "DUMP", "REPLICATION", "DURABILITY",
		"READ_FILE", "FREE_MEMORY", "TRIGGER", "CONFIG", "AUTH", "STREAM", "MODULE_READ", "MODULE_WRITE", "WEBSOCKET",
		"TRANSACTION_MANAGEMENT", "STORAGE_MODE", "MULTI_DATABASE_EDIT", "MULTI_DATABASE_USE", "IMPERSONATE_USER",
		"PROFILE_RESTRICTION", "PARALLEL_EXECUTION", "SERVER_SIDE_PARAMETERS", "SERVER_SIDE_DESCRIPTIONS", "RELOAD_TLS",
		"COORDINATOR_READ", "COORDINATOR_WRITE",
	}
}

// String returns the name that statements use.
func (p Privilege) String() string {
	names := privilegeNames()
	if int(p) < len(names) {
		return names[p]
	}
	return "UNKNOWN"
}

// ParsePrivilege returns the privilege of a name, in any case of letters.
func ParsePrivilege(name string) (Privilege, bool) {
	for i, n := range privilegeNames() {
		if strings.EqualFold(n, name) {
			return Privilege(i), true
		}
	}
	return 0, false
}

// Privileges is a set of privileges.
type Privileges uint64

// Every is every privilege, also those of later versions: what ALL PRIVILEGES means.
const Every = known | future

const (
	known  Privileges = 1<<privilegeCount - 1
	future Privileges = 1 << 63
)

// PrivilegesOf returns the set of the given ones.
func PrivilegesOf(list ...Privilege) Privileges {
	var s Privileges
	for _, p := range list {
		s |= 1 << p
	}
	return s
}

// Has reports whether p is in s.
func (s Privileges) Has(p Privilege) bool { return s&(1<<p) != 0 }

// List returns the privileges in s in the order of their numbers.
func (s Privileges) List() []Privilege {
	list := make([]Privilege, 0, bits.OnesCount64(uint64(s&known)))
	for p := range privilegeCount {
		if s.Has(p) {
			list = append(list, p)
		}
	}
	return list
}

// String returns the names with commas between.
func (s Privileges) String() string {
	var names []string
	for _, p := range s.List() {
		names = append(names, p.String())
	}
	return strings.Join(names, ", ")
}
