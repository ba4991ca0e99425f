// Package auth knows who may do what: users, roles, what is granted and denied to them, and
// whether a password is right.
//
// Users and roles are entries of the store's catalogue, of kinds "user" and "role", with the
// name of the user or the role; so the log, snapshots and backups have them. Users and roles
// have separate names. Numbers are little endian. The data of a user are
//
//	version   1 byte, 1
//	id        16 bytes, drawn at random when the user is made
//	secret    string: what proves a password, see below; empty for a user without one
//	roles     uvarint number of roles, each
//	            id      16 bytes, that of the role
//	            name    string
//	grants    see below
//
// A role that was dropped is still named by its users until they are written again; another
// role of the same name has another id, and is not theirs. The data of a role are
//
//	version   1 byte, 1
//	id        16 bytes, drawn at random when the role is made
//	flags     1 byte; bit 0: the role came with the first user
//	grants
//
// Grants are
//
//	granted   8 bytes, a bit for each privilege
//	denied    8 bytes, a bit for each privilege
//	rules     uvarint number of rules, each
//	            subject     1 byte: 1 nodes, 2 relationships
//	            match       1 byte: 0 a node with any of the labels, 1 one with exactly these
//	            scope       1 byte: 0 the thing itself, 1 one property, 2 every property
//	            granted     1 byte, a bit for each action
//	            denied      1 byte, a bit for each action
//	            names       uvarint number of labels or types, each a string; none means all
//	            property    string, with scope 1 only
//
// A string is a uvarint length in bytes and as many bytes of UTF-8. Bit 63 of the privileges
// says "all of them, also those that later versions have". The other bits are
//
//	0 MATCH          9 DUMP          18 MODULE_READ             27 PARALLEL_EXECUTION
//	1 CREATE        10 REPLICATION   19 MODULE_WRITE            28 SERVER_SIDE_PARAMETERS
//	2 MERGE         11 DURABILITY    20 WEBSOCKET               29 SERVER_SIDE_DESCRIPTIONS
//	3 DELETE        12 READ_FILE     21 TRANSACTION_MANAGEMENT  30 RELOAD_TLS
//	4 SET           13 FREE_MEMORY   22 STORAGE_MODE            31 COORDINATOR_READ
//	5 REMOVE        14 TRIGGER       23 MULTI_DATABASE_EDIT     32 COORDINATOR_WRITE
//	6 INDEX         15 CONFIG        24 MULTI_DATABASE_USE
//	7 STATS         16 AUTH          25 IMPERSONATE_USER
//	8 CONSTRAINT    17 STREAM        26 PROFILE_RESTRICTION
//
// and those of actions
//
//	0 READ   1 UPDATE   2 CREATE   3 DELETE   4 SET LABEL   5 REMOVE LABEL   6 SET PROPERTY
//
// # Secrets
//
// A secret is text: argon2id in the form of the Password Hashing Competition,
//
//	$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
//
// with salt and hash in base 64 without padding, or bcrypt, $2a$COST$ and 53 characters. The
// parameters are read from it, so that they can change; they are bounded, so that an entry
// cannot ask for all memory.
//
// # What is effective
//
// A user has what is granted to the user or to any of the user's roles, but for what is
// denied to any of them. Without a user in the database, everybody has everything; the first
// user that is made has everything too, and every later one nothing until it is granted.
//
// Privileges say what statements may be run. Rules say on what: nothing is visible or
// changeable that no rule grants. A rule for properties narrows: as soon as one grants an
// action on some properties of a thing, the others are out of reach; without one, the rule
// for the thing itself decides.
package auth
