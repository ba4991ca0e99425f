package auth

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// Algorithm is how new passwords are hashed.
type Algorithm uint8

// The algorithms.
const (
	Argon2id Algorithm = iota
	Bcrypt
)

// ParseAlgorithm returns the algorithm of a name.
func ParseAlgorithm(name string) (Algorithm, error) {
	switch strings.ToLower(name) {
	case "argon2id":
		return Argon2id, nil
	case "bcrypt":
		return Bcrypt, nil
	case "sha256", "sha256-multiple":
		return 0, fmt.Errorf("%s is not supported: a password hashed so is guessed at billions a second; use argon2id or bcrypt", name)
	}
	return 0, fmt.Errorf("%q is not known; use argon2id or bcrypt", name)
}

// The cost of new secrets: the least that OWASP recommends, 67 ms on one small core.
const (
	argonTime    = 2
	argonKiB     = 19 << 10
	argonThreads = 1
	argonSalt    = 16
	argonHash    = 32
	bcryptCost   = 12
)

// The bounds of secrets that are read.
const (
	argonTimeMax = 16
	argonKiBMax  = 256 << 10
	bcryptMax    = 72   // bytes of a password
	bcryptCostHi = 15   // 2 s
	passwordMax  = 1024 // bytes
)

// argon is an argon2id secret.
type argon struct {
	time, kib  uint32
	threads    uint8
	salt, hash []byte
}

func (a Algorithm) hash(random io.Reader, password string) (string, error) {
	if a == Bcrypt {
		b, err := bcrypt.GenerateFromPassword([]byte(password), bcryptCost)
		return string(b), err
	}
	x := argon{time: argonTime, kib: argonKiB, threads: argonThreads, salt: make([]byte, argonSalt)}
	if _, err := io.ReadFull(random, x.salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	x.hash = x.compute(password, argonHash)
	return x.String(), nil
}

func (x *argon) compute(password string, length int) []byte {
	return argon2.IDKey([]byte(password), x.salt, x.time, x.kib, x.threads, uint32(length))
}

// String returns the secret in PHC form.
func (x *argon) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, x.kib, x.time, x.threads,
		enc.EncodeToString(x.salt), enc.EncodeToString(x.hash))
}

// dummy returns a secret that no password has, for the work of a user that does not exist.
func (a Algorithm) dummy(random io.Reader) (string, error) {
	noise := make([]byte, argonSalt+argonHash)
	if _, err := io.ReadFull(random, noise); err != nil {
		return "", err
	}
	if a == Bcrypt {
		const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		text := []byte("$2a$" + strconv.Itoa(bcryptCost) + "$")
		for i := range 53 {
			text = append(text, alphabet[noise[i%len(noise)]%64])
		}
		text[7+21] = '.' // the last character of the salt has four bits
		return string(text), nil
	}
	x := argon{time: argonTime, kib: argonKiB, threads: argonThreads, salt: noise[:argonSalt], hash: noise[argonSalt:]}
	return x.String(), nil
}

// checkSecret reports why a secret cannot be used.
func checkSecret(secret string) error {
	switch {
	case len(secret) > secretMax:
		return fmt.Errorf("the secret has more than %d bytes", secretMax)
	case strings.HasPrefix(secret, "$argon2id$"):
		_, err := parseArgon(secret)
		return err
	case isBcrypt(secret):
		cost, err := bcrypt.Cost([]byte(secret))
		if err == nil && cost > bcryptCostHi {
			err = fmt.Errorf("a cost of %d is more than %d", cost, bcryptCostHi)
		}
		if err != nil {
			return fmt.Errorf("the bcrypt secret cannot be read: %w", err)
		}
		return nil
	case len(secret) == 64 && strings.Trim(strings.ToLower(secret), "0123456789abcdef") == "":
		return errors.New("the secret is one of SHA-256, as Memgraph makes them: a password hashed so is guessed at billions a second; " +
			"set a new password instead")
	}
	return errors.New("the secret is neither argon2id ($argon2id$…) nor bcrypt ($2a$…)")
}

func isBcrypt(secret string) bool {
	return strings.HasPrefix(secret, "$2a$") || strings.HasPrefix(secret, "$2b$") || strings.HasPrefix(secret, "$2y$")
}

func parseArgon(secret string) (*argon, error) {
	damaged := func(what string) (*argon, error) {
		return nil, fmt.Errorf("the argon2id secret cannot be read: %s", what)
	}
	parts := strings.Split(secret, "$")
	if len(parts) != 6 {
		return damaged("it has not the form $argon2id$v=19$m=…,t=…,p=…$salt$hash")
	}
	if parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return damaged("its version is not 19")
	}
	x := &argon{}
	var m, t, p uint64
	var errs [3]error
	fields := strings.Split(parts[3], ",")
	if len(fields) != 3 {
		return damaged("its parameters are not m, t and p")
	}
	for i, into := range []*uint64{&m, &t, &p} {
		text, ok := strings.CutPrefix(fields[i], []string{"m=", "t=", "p="}[i])
		if !ok {
			return damaged("its parameters are not m, t and p")
		}
		*into, errs[i] = strconv.ParseUint(text, 10, 32)
	}
	if errors.Join(errs[:]...) != nil || m < 8 || m > argonKiBMax || t < 1 || t > argonTimeMax || p < 1 || p > 8 {
		return damaged(fmt.Sprintf("its parameters are beyond m=%d, t=%d, p=8", argonKiBMax, argonTimeMax))
	}
	x.kib, x.time, x.threads = uint32(m), uint32(t), uint8(p)
	var err1, err2 error
	x.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	x.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errors.Join(err1, err2) != nil || len(x.salt) < 8 || len(x.salt) > 64 || len(x.hash) < 16 || len(x.hash) > 64 {
		return damaged("its salt or hash is not base 64 of a usual length")
	}
	return x, nil
}

// verify reports whether a password is that of a secret, in a time that does not depend on
// where they differ.
func verify(secret, password string) bool {
	if isBcrypt(secret) {
		return len(password) <= bcryptMax && bcrypt.CompareHashAndPassword([]byte(secret), []byte(password)) == nil
	}
	x, err := parseArgon(secret)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(x.compute(password, len(x.hash)), x.hash) == 1
}
