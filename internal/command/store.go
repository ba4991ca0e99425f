package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"memgraphd/internal/durability/object"
	"memgraphd/internal/durability/pace"
)

// storeFlags say how a store of objects is reached, and with which keys its objects are
// sealed or read.
type storeFlags struct {
	endpoint   string
	region     string
	key        string
	passphrase string
	throttle   int64 // MiB per second
}

// keyUse says what a command does with keys.
type keyUse uint8

const (
	keysRead keyUse = iota
	keysSeal
)

// add declares the flags.
func (f *storeFlags) add(cmd *cobra.Command, use keyUse) {
	f.addPlace(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.passphrase, "passphrase-file", "", "file whose first line is the passphrase of the store")
	flags.Int64Var(&f.throttle, "throttle-mib-per-sec", 0, "upper bound of the transfer; 0 is none")
	if use == keysSeal {
		flags.StringVar(&f.key, "encrypt-to", "", "public key (age1…), or key file, of age to encrypt for; memgraphd keygen makes one")
	} else {
		flags.StringVar(&f.key, "key-file", "", "key file of age with the secret key, if the objects are encrypted")
	}
}

// addPlace declares those that say how a store is reached.
func (f *storeFlags) addPlace(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.endpoint, "s3-endpoint", "", "URL of the S3-compatible server; without it AWS_ENDPOINT_URL, or Amazon's")
	flags.StringVar(&f.region, "s3-region", "", "region of the bucket; without it AWS_REGION")
}

// open opens a store. The caller closes it.
func (f *storeFlags) open(ctx context.Context, env Env, location string) (object.Store, error) {
	if f.throttle < 0 {
		return nil, Usage(fmt.Errorf("--throttle-mib-per-sec is %d: it must not be negative", f.throttle))
	}
	if f.key != "" && f.passphrase != "" {
		return nil, Usage(errors.New("give a key file or a passphrase file, not both"))
	}
	if _, err := object.ParseLocation(location); err != nil {
		return nil, Usage(err)
	}
	s, err := object.Open(ctx, location, object.Options{FS: env.FS, Now: env.Now, Endpoint: f.endpoint, Region: f.region})
	if err != nil || f.throttle == 0 {
		return s, err
	}
	return object.Limit(s, pace.New(f.throttle<<20, env.Now)), nil
}

// sealing returns the keys to seal objects with.
func (f *storeFlags) sealing(ctx context.Context, env Env, s object.Store) (object.Keys, error) {
	if strings.HasPrefix(f.key, "age1") {
		return object.ParseKeys([]byte(f.key))
	}
	return object.SealingKeys(ctx, s, env.FS, f.files())
}

// reading returns the keys to open objects with.
func (f *storeFlags) reading(ctx context.Context, env Env, s object.Store) (object.Keys, error) {
	return object.ReadingKeys(ctx, s, env.FS, f.files())
}

func (f *storeFlags) files() object.KeyFiles {
	return object.KeyFiles{Key: f.key, Passphrase: f.passphrase}
}

// NewKeygen returns the command that makes a key for backups.
func NewKeygen(env Env) *cobra.Command {
	return newCommand(env, &cobra.Command{
		Use:   "keygen FILE",
		Short: "Make a key file to encrypt backups with",
		Long: "Makes a key file of age (age-encryption.org), readable for its owner only, and prints its public key. The file encrypts\n" +
			"and decrypts; a file with the public key alone is enough to encrypt. Keep the key file where the backups are not:\n" +
			"without it nobody can read them. No file is replaced.",
		Args: cobra.ExactArgs(1),
	}, func(_ *cobra.Command, out *output, args []string) error {
		public, err := object.WriteKeyFile(env.FS, args[0])
		if err != nil {
			return err
		}
		result := struct {
			File      string `json:"file"`
			PublicKey string `json:"public_key"`
		}{args[0], public}
		return out.result(result, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, public)
			return err
		})
	})
}
