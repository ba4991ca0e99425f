package config

import (
	"time"

	"github.com/spf13/viper"
)

// groupAuth is the heading of the flags about users.
const groupAuth = "Users and audit"

// Auth says what users may be called, how their passwords are kept, and who is the first.
type Auth struct {
	Names           string // expression that the names of users and roles match
	Passwords       string // expression that passwords match
	RequirePassword bool
	Algorithm       string // argon2id or bcrypt
	First           FirstUser
}

// FirstUser is made at a start while no user exists.
type FirstUser struct {
	Name, Password string // from MEMGRAPH_USER and MEMGRAPH_PASSWORD
	File           string // with user:password; "": none
	FileFrom       string // what names the file, for messages
}

// Audit is the log of who did what.
type Audit struct {
	Enabled   bool
	BufferMax int // records
	Flush     time.Duration
	FileBytes int64
	Kept      int // files; 0: all
}

// authFlags are those about users and the audit log.
func authFlags() []Flag {
	return []Flag{
		{
			Name: "auth-user-or-role-name-regex", Group: groupAuth, Kind: Pattern, Default: "[a-zA-Z0-9_.+-@]+",
			Help: "What the name of a user or a role has to match as a whole. It counts when they are made.",
		},
		{
			Name: "auth-user-or-role-regex", Group: groupAuth, Kind: Pattern, Default: "",
			Help: "Another name of --auth-user-or-role-name-regex, over which it wins when it is not empty.",
		},
		{
			Name: "auth-password-permit-null", Group: groupAuth, Kind: Bool, Default: "true",
			Help: "Allow users without a password; whoever knows the name of such a user can log in.",
		},
		{
			Name: "auth-password-strength-regex", Group: groupAuth, Kind: Pattern, Default: ".+",
			Help: "What a password has to match as a whole. It counts when a password is set.",
		},
		{
			Name: "password-encryption-algorithm", Group: groupAuth, Kind: Choice, Default: "argon2id", Choices: []string{"argon2id", "bcrypt"},
			Refused: map[string]string{"sha256": weakHash, "sha256-multiple": weakHash},
			Help:    "How new passwords are hashed. Those that were hashed in the other way stay valid.",
		},
		{
			Name: "audit-enabled", Group: groupAuth, Kind: Bool, Default: "false",
			Help: "Write who logs in and what statements they run to audit/audit.log in the data directory.",
		},
		{
			Name: "audit-buffer-size", Group: groupAuth, Kind: Int, Default: "100000", Min: 1, Max: 10_000_000, Unit: "records",
			Help: "How many records of the audit log may wait to be written. When they do not get there, statements wait for them.",
		},
		{
			Name: "audit-buffer-flush-interval-ms", Group: groupAuth, Kind: Int, Default: "200", Min: 1, Max: 60_000, Unit: "milliseconds",
			Help: "How often records of the audit log are written and synced; what came later is lost when the server crashes.",
		},
		{
			Name: "audit-file-size-mib", Group: groupAuth, Kind: Int, Default: "64", Min: 1, Max: 1 << 20, Unit: "MiB",
			Help: "Size at which audit.log gets its time as its name, and a new one is begun.",
		},
		{
			Name: "audit-retention-count", Group: groupAuth, Kind: Int, Default: "16", Max: 1_000_000, Unit: "files",
			Help: "How many full files of the audit log to keep, the newest; each one deleted is logged. 0 keeps all.",
		},
	}
}

// weakHash says why passwords are not hashed as Memgraph can.
const weakHash = "a password that is hashed so is guessed at billions a second; use argon2id or bcrypt"

func authConfig(v *viper.Viper) Auth {
	a := Auth{
		Names:           v.GetString("auth-user-or-role-name-regex"),
		Passwords:       v.GetString("auth-password-strength-regex"),
		RequirePassword: !v.GetBool("auth-password-permit-null"),
		Algorithm:       v.GetString("password-encryption-algorithm"),
	}
	if other := v.GetString("auth-user-or-role-regex"); other != "" {
		a.Names = other
	}
	return a
}

func auditConfig(v *viper.Viper) Audit {
	return Audit{
		Enabled:   v.GetBool("audit-enabled"),
		BufferMax: v.GetInt("audit-buffer-size"),
		Flush:     time.Duration(v.GetInt64("audit-buffer-flush-interval-ms")) * time.Millisecond,
		FileBytes: v.GetInt64("audit-file-size-mib") << 20,
		Kept:      v.GetInt("audit-retention-count"),
	}
}

// credential is the file of that name that systemd's LoadCredential= has put where its
// variable says.
const credential = "memgraphd.passfile"

// firstUser finds who is the first user in the environment.
func firstUser(lookup func(string) (string, bool)) (FirstUser, []Warning) {
	get := func(name string) string {
		text, _ := lookup(name)
		return text
	}
	f := FirstUser{Name: get("MEMGRAPH_USER"), Password: get("MEMGRAPH_PASSWORD"), File: get("MEMGRAPH_PASSFILE"), FileFrom: "MEMGRAPH_PASSFILE"}
	var warnings []Warning
	warn := func(name, text string) {
		warnings = append(warnings, Warning{Origin: Origin{Source: FromEnvironment, Name: name}, Text: text})
	}
	if f.File == "" {
		if dir := get("CREDENTIALS_DIRECTORY"); dir != "" {
			f.File, f.FileFrom = dir+"/"+credential, "CREDENTIALS_DIRECTORY"
		}
	}
	switch {
	case f.Name != "" && f.Password == "" && f.File == "":
		warn("MEMGRAPH_USER", "has no effect without MEMGRAPH_PASSWORD: no user is created")
	case f.Name == "" && f.Password != "":
		warn("MEMGRAPH_PASSWORD", "has no effect without MEMGRAPH_USER: no user is created")
	}
	if f.Name == "" || f.Password == "" {
		f.Name, f.Password = "", ""
	} else {
		f.File = ""
	}
	return f, warnings
}
