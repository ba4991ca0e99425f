package config

import (
	"strings"

	"github.com/spf13/viper"
)

// Backup bounds what statements about backups may do.
type Backup struct {
	Roots          []string // locations below which backups may be; none: the statements are refused
	KeyFile        string
	PassphraseFile string
	Throttle       int64 // bytes per second; 0: none
}

// BackupRoots is the flag that BACKUP DATABASE needs.
const BackupRoots = "storage-backup-roots"

// BackupEncryptTo is the flag with the key of backups.
const BackupEncryptTo = "storage-backup-encrypt-to"

// backupFlags are those about BACKUP DATABASE and SHOW BACKUPS.
func backupFlags() []Flag {
	return []Flag{
		{
			Name: BackupRoots, Group: groupStorage, Kind: Text,
			Help: "Directories and s3://bucket/prefix locations, separated by commas, below which BACKUP DATABASE and SHOW BACKUPS may name a location. Empty refuses these statements; the command memgraphd backup needs no root.",
		},
		{
			Name: "storage-backup-throttle-mib-per-sec", Group: groupStorage, Kind: Int, Default: "0", Max: 1 << 20, Unit: "MiB per second",
			Help: "Bound for what BACKUP DATABASE reads of the data directory. 0 for none.",
		},
		{
			Name: BackupEncryptTo, Group: groupStorage, Kind: Text,
			Help: "File with the public keys of age (age1…) for which BACKUP DATABASE encrypts. Empty does not encrypt with a key.",
		},
		{
			Name: "storage-backup-passphrase-file", Group: groupStorage, Kind: Text,
			Help: "File whose first line is the passphrase with which BACKUP DATABASE encrypts. Empty does not encrypt with a passphrase.",
		},
	}
}

func backups(v *viper.Viper) Backup {
	b := Backup{
		KeyFile:        v.GetString(BackupEncryptTo),
		PassphraseFile: v.GetString("storage-backup-passphrase-file"),
		Throttle:       v.GetInt64("storage-backup-throttle-mib-per-sec") << 20,
	}
	for root := range strings.SplitSeq(v.GetString(BackupRoots), ",") {
		if root = strings.TrimSpace(root); root != "" {
			b.Roots = append(b.Roots, root)
		}
	}
	return b
}
