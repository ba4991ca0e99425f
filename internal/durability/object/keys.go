package object

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"

	"memgraphd/internal/durability/vfs"
)

// KeyName is the object that holds the key of a store that is encrypted by passphrase.
const KeyName = "key.age"

const (
	keyFileMax    = 1 << 20
	passphraseMax = 4096
	scryptFactor  = 18
)

// KeyFiles names the files with keys; empty: none. At most one of them is used for
// sealing, and at most one for reading.
type KeyFiles struct {
	// Key is a file of age: public keys (age1…) to encrypt for, or identities
	// (AGE-SECRET-KEY-…), which encrypt and decrypt.
	Key string
	// Passphrase is a file whose first line is the passphrase.
	Passphrase string
}

// Keys encrypt and decrypt objects. The zero value does neither.
type Keys struct {
	recipients []age.Recipient
	public     []string // of the recipients
	identities []age.Identity
	digestOnly bool // prove the stored bytes and unpack nothing
}

// Encrypts tells whether objects are sealed with encryption.
func (k Keys) Encrypts() bool { return len(k.recipients) > 0 }

// ID tells keys apart.
func (k Keys) ID() KeyID {
	if len(k.public) == 0 {
		return KeyID{}
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(k.public)), "\n")))
	return KeyID(sum[:len(KeyID{})])
}

func (k Keys) sealingID() KeyID {
	if !k.Encrypts() {
		return KeyID{}
	}
	return k.ID()
}

func (k Keys) openingID() KeyID { return k.ID() }

// SealingKeys reads the keys to seal objects of a store with. With a passphrase it makes
// the key of the store if there is none.
func SealingKeys(ctx context.Context, s Store, fsys vfs.FS, files KeyFiles) (Keys, error) {
	k, err := loadKeys(ctx, s, fsys, files, createKey)
	if err == nil && files != (KeyFiles{}) && !k.Encrypts() {
		err = fmt.Errorf("%s holds no key to encrypt for", files.Key)
	}
	return k, err
}

// ReadingKeys reads the keys to open the objects of a store with.
func ReadingKeys(ctx context.Context, s Store, fsys vfs.FS, files KeyFiles) (Keys, error) {
	k, err := loadKeys(ctx, s, fsys, files, keepKey)
	if err == nil && files != (KeyFiles{}) && len(k.identities) == 0 {
		err = fmt.Errorf("%s holds public keys only: to decrypt, give the file with the secret key (AGE-SECRET-KEY-1…)", files.Key)
	}
	return k, err
}

// keyMaking says what happens where a store has no key for its passphrase.
type keyMaking uint8

const (
	keepKey keyMaking = iota
	createKey
)

func loadKeys(ctx context.Context, s Store, fsys vfs.FS, files KeyFiles, making keyMaking) (Keys, error) {
	switch {
	case files.Key != "" && files.Passphrase != "":
		return Keys{}, errors.New("give a key file or a passphrase file, not both")
	case files.Key != "":
		data, err := vfs.ReadFile(fsys, files.Key, keyFileMax)
		if err != nil {
			return Keys{}, fmt.Errorf("reading the key file: %w", err)
		}
		k, err := ParseKeys(data)
		if err != nil {
			return Keys{}, fmt.Errorf("key file %s: %w", files.Key, err)
		}
		return k, nil
	case files.Passphrase != "":
		passphrase, err := readPassphrase(fsys, files.Passphrase)
		if err != nil {
			return Keys{}, err
		}
		return passphraseKeys(ctx, s, passphrase, making)
	}
	return Keys{}, nil
}

// ParseKeys reads a file of public keys or of identities of age.
func ParseKeys(data []byte) (Keys, error) {
	if !bytes.Contains(data, []byte("AGE-SECRET-KEY-")) {
		recipients, err := age.ParseRecipients(bytes.NewReader(data))
		if err != nil {
			return Keys{}, fmt.Errorf("it holds neither public keys (age1…) nor identities (AGE-SECRET-KEY-1…): %w", err)
		}
		k := Keys{recipients: recipients}
		for _, r := range recipients {
			k.public = append(k.public, fmt.Sprint(r))
		}
		return k, nil
	}
	identities, err := age.ParseIdentities(bytes.NewReader(data))
	if err != nil {
		return Keys{}, errors.New("it holds no identities that can be read (lines AGE-SECRET-KEY-1…)") // the cause may tell parts of the key
	}
	k := Keys{identities: identities}
	for _, id := range identities {
		var r age.Recipient
		switch id := id.(type) {
		case *age.X25519Identity:
			r = id.Recipient()
		case *age.HybridIdentity:
			r = id.Recipient()
		default:
			return Keys{}, fmt.Errorf("it holds an identity of the kind %T", id)
		}
		k.recipients = append(k.recipients, r)
		k.public = append(k.public, fmt.Sprint(r))
	}
	return k, nil
}

// GenerateKey returns the text of a new identity file, and its public key.
func GenerateKey() (file []byte, public string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, "", fmt.Errorf("making a key: %w", err)
	}
	public = id.Recipient().String()
	return fmt.Appendf(nil, "# public key: %s\n%s\n", public, id), public, nil
}

// WriteKeyFile makes a new identity file, readable for its owner only, and returns its
// public key. It replaces no file.
func WriteKeyFile(fsys vfs.FS, path string) (public string, err error) {
	data, public, err := GenerateKey()
	if err != nil {
		return "", err
	}
	f, err := fsys.CreateExclusive(path)
	if err != nil {
		return "", fmt.Errorf("making the key file: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = fsys.SyncDir(parentOf(path))
	}
	if err != nil {
		return "", fmt.Errorf("making the key file %s: %w", path, err)
	}
	return public, nil
}

func readPassphrase(fsys vfs.FS, path string) (string, error) {
	data, err := vfs.ReadFile(fsys, path, passphraseMax)
	if err != nil {
		return "", fmt.Errorf("reading the passphrase file: %w", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fmt.Errorf("passphrase file %s: its first line is empty", path)
	}
	return line, nil
}

// passphraseKeys opens the key of a store, or makes it.
func passphraseKeys(ctx context.Context, s Store, passphrase string, making keyMaking) (Keys, error) {
	k, err := openKey(ctx, s, passphrase)
	if !errors.Is(err, ErrNotFound) {
		return k, err
	}
	if making == keepKey {
		return Keys{}, fmt.Errorf("%s has no key that a passphrase opens (%s is not there): %w", s, KeyName, err)
	}
	file, _, err := GenerateKey()
	if err != nil {
		return Keys{}, err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return Keys{}, fmt.Errorf("passphrase: %w", err)
	}
	recipient.SetWorkFactor(scryptFactor)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err == nil {
		_, err = w.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return Keys{}, fmt.Errorf("encrypting the key: %w", err)
	}
	err = s.Put(ctx, KeyName, int64(sealed.Len()), &sealed)
	switch {
	case errors.Is(err, ErrExists): // another was faster
		return openKey(ctx, s, passphrase)
	case err != nil:
		return Keys{}, fmt.Errorf("putting the key: %w", err)
	}
	return ParseKeys(file)
}

func openKey(ctx context.Context, s Store, passphrase string) (Keys, error) {
	src, err := s.Get(ctx, KeyName, 0)
	if err != nil {
		return Keys{}, err
	}
	sealed, err := io.ReadAll(io.LimitReader(src, keyFileMax))
	if err = errors.Join(err, src.Close()); err != nil {
		return Keys{}, err
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Keys{}, fmt.Errorf("passphrase: %w", err)
	}
	id.SetMaxWorkFactor(scryptFactor)
	plain, err := age.Decrypt(bytes.NewReader(sealed), id)
	if none, ok := errors.AsType[*age.NoIdentityMatchError](err); ok && none != nil {
		return Keys{}, fmt.Errorf("the passphrase does not open %s in %s: give the one that it was made with", KeyName, s)
	}
	if err != nil {
		return Keys{}, &DamagedError{Store: s.String(), Name: KeyName, Err: err}
	}
	file, err := io.ReadAll(io.LimitReader(plain, keyFileMax))
	if err != nil {
		return Keys{}, &DamagedError{Store: s.String(), Name: KeyName, Err: err}
	}
	return ParseKeys(file)
}
