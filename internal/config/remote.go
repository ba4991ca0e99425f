package config

import (
	"time"

	"github.com/spf13/viper"
)

// Remote is what RECOVER SNAPSHOT uses to read from other machines.
type Remote struct {
	ConnectTimeout       time.Duration // 0: none
	Region, Endpoint     string        // of buckets; "": those of S3
	AccessKey, SecretKey string        // "": those of the environment
}

func remote(v *viper.Viper) Remote {
	return Remote{
		ConnectTimeout: seconds(v, "file-download-conn-timeout-sec"),
		Region:         v.GetString("aws-region"),
		Endpoint:       v.GetString("aws-endpoint-url"),
		AccessKey:      v.GetString("aws-access-key"),
		SecretKey:      v.GetString("aws-secret-key"),
	}
}

// remoteFlags are those about reading from other machines.
func remoteFlags() []Flag {
	return []Flag{
		{
			Name: "file-download-conn-timeout-sec", Group: groupStorage, Kind: Int, Default: "10", Max: 86400, Unit: "seconds",
			Help: "How long RECOVER SNAPSHOT waits for a connection to a server of files; 0 waits as long as the system does.",
		},
		{
			Name: "aws-region", Group: groupStorage, Kind: Text,
			Help: "Region of the bucket that RECOVER SNAPSHOT reads from. Empty takes --s3-region.",
		},
		{
			Name: "aws-endpoint-url", Group: groupStorage, Kind: Text,
			Help: "URL of the S3-compatible server that RECOVER SNAPSHOT reads from. Empty takes --s3-endpoint.",
		},
		{
			Name: "aws-access-key", Group: groupStorage, Kind: Text, Secret: true,
			Help: "Name of the key with which RECOVER SNAPSHOT reads from a bucket, with --aws-secret-key. Empty takes AWS_ACCESS_KEY_ID from the environment, which is the better place.",
		},
		{
			Name: "aws-secret-key", Group: groupStorage, Kind: Text, Secret: true,
			Help: "The key itself. It is shown nowhere, but everybody who can read this file, or the command line, knows it. Empty takes AWS_SECRET_ACCESS_KEY from the environment.",
		},
	}
}
