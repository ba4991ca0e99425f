package config

import (
	"time"

	"github.com/spf13/viper"
)

// Archive says where the log and the snapshots are archived while the server runs.
type Archive struct {
	Location       string // "": nothing is archived
	Interval       time.Duration
	Bytes          int64
	Takeover       bool
	Throttle       int64 // bytes per second; 0: none
	KeyFile        string
	PassphraseFile string
}

// S3 says which S3-compatible server is meant by s3:// locations. Credentials come from the environment.
type S3 struct {
	Endpoint string // "": from the environment, or Amazon's
	Region   string // "": from the environment, or what the server says
}

// archiveFlags are those about the continuous archive.
func archiveFlags() []Flag {
	return []Flag{
		{
			Name: "storage-archive", Group: groupStorage, Kind: Text,
			Help: "Where to archive the log and the snapshots while the server runs, so that any moment can be restored elsewhere: a directory or s3://bucket/prefix. Empty archives nothing.",
		},
		{
			Name: "storage-archive-interval-ms", Group: groupStorage, Kind: Int, Default: "1000", Min: 10, Max: 3_600_000, Unit: "milliseconds",
			Help: "The longest time until a commit is sent to the archive.",
		},
		{
			Name: "storage-archive-bytes", Group: groupStorage, Kind: Int, Default: "1048576", Min: 4096, Max: 1 << 30, Unit: "bytes",
			Help: "So much of the log is sent to the archive before the interval is over.",
		},
		{
			Name: "storage-archive-takeover", Group: groupStorage, Kind: Bool, Default: "false",
			Help: "Go on in an archive that another server has written, as after a restore on another machine: this server begins a timeline of its own, and the other one is refused from then on. For one start.",
		},
		{
			Name: "storage-archive-throttle-mib-per-sec", Group: groupStorage, Kind: Int, Default: "0", Max: 1 << 20, Unit: "MiB per second",
			Help: "Bound for what is sent to the archive. 0 for none.",
		},
		{
			Name: "storage-archive-encrypt-to", Group: groupStorage, Kind: Text,
			Help: "File with the public keys of age (age1…) for which the archive is encrypted. Empty does not encrypt with a key.",
		},
		{
			Name: "storage-archive-passphrase-file", Group: groupStorage, Kind: Text,
			Help: "File whose first line is the passphrase with which the archive is encrypted. Empty does not encrypt with a passphrase.",
		},
		{
			Name: "s3-endpoint", Group: groupStorage, Kind: Text,
			Help: "URL of the S3-compatible server that s3:// locations mean. Empty takes AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, or Amazon's. Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
		},
		{
			Name: "s3-region", Group: groupStorage, Kind: Text,
			Help: "Region of the buckets. Empty takes AWS_REGION or AWS_DEFAULT_REGION, or what the server says.",
		},
	}
}

func archive(v *viper.Viper) Archive {
	return Archive{
		Location:       v.GetString("storage-archive"),
		Interval:       time.Duration(v.GetInt64("storage-archive-interval-ms")) * time.Millisecond,
		Bytes:          v.GetInt64("storage-archive-bytes"),
		Takeover:       v.GetBool("storage-archive-takeover"),
		Throttle:       v.GetInt64("storage-archive-throttle-mib-per-sec") << 20,
		KeyFile:        v.GetString("storage-archive-encrypt-to"),
		PassphraseFile: v.GetString("storage-archive-passphrase-file"),
	}
}
