package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"memgraphd/internal/storage/change"
)

// cheap is an argon2id secret that costs little to verify.
func cheap(password string) Password {
	x := argon{time: 1, kib: 8, threads: 1, salt: []byte("12345678")}
	x.hash = x.compute(password, 16)
	return HashedPassword(x.String())
}

func (f *fixture) withPassword(name, password string) {
	f.t.Helper()
	_, err := f.CreateUser(f.t.Context(), name, cheap(password), Refuse)
	f.ok(err)
}

func TestSecrets(t *testing.T) {
	random := strings.NewReader(strings.Repeat("0123456789abcdef", 20))
	secret, err := Argon2id.hash(random, "päss")
	want := "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
	if err != nil || !strings.HasPrefix(secret, want) || checkSecret(secret) != nil {
		t.Fatal(secret, err)
	}
	if !verify(secret, "päss") || verify(secret, "pass") || verify(secret, "") {
		t.Error("argon2id")
	}
	// As the reference implementation writes it for: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1.
	known := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !verify(known, "password") || verify(known, "passwore") {
		t.Error("the secret of another program")
	}
	b, err := bcrypt.GenerateFromPassword([]byte("pass"), bcrypt.MinCost)
	if err != nil || checkSecret(string(b)) != nil || !verify(string(b), "pass") || verify(string(b), "Pass") {
		t.Error("bcrypt")
	}
	for _, secret := range []string{
		"", "x", "$argon2i$v=19$m=8,t=1,p=1$MDEyMzQ1Njc$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=18$m=8,t=1,p=1$MDEyMzQ1Njc$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=999999999,t=1,p=1$MDEyMzQ1Njc4$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=8,t=1,p=1$MDEy$MDEyMzQ1Njc4OWFiY2RlZg",
		"$2a$31$" + strings.Repeat("a", 53), "$2a$10$short", strings.Repeat("0f", 32), "$argon2id$v=19$m=8,t=1$x$y", "$argon2id$v=19$t=1,m=8,p=1$x$y",
	} {
		if err := checkSecret(secret); err == nil {
			t.Errorf("%q is taken", secret)
		}
	}
	if err := checkSecret(strings.Repeat("0f", 32)); !strings.Contains(err.Error(), "SHA-256") {
		t.Error(err)
	}
	for _, name := range []string{"sha256", "SHA256-multiple"} {
		if _, err := ParseAlgorithm(name); err == nil || !strings.Contains(err.Error(), "guessed at billions a second") {
			t.Error(err)
		}
	}
	if _, err := argon2id(t); err != nil {
		t.Error(err)
	}
	for _, a := range []Algorithm{Argon2id, Bcrypt} {
		dummy, err := a.dummy(strings.NewReader(strings.Repeat("0123456789abcdef", 20)))
		if err != nil || checkSecret(dummy) != nil || verify(dummy, "") {
			t.Error(dummy, err)
		}
	}
}

// argon2id makes sure that the bounds of reading allow what is written.
func argon2id(t *testing.T) (*argon, error) {
	t.Helper()
	secret, err := Argon2id.hash(strings.NewReader(strings.Repeat("x", 99)), "p")
	if err != nil {
		return nil, err
	}
	x, err := parseArgon(secret)
	if err == nil && (x.String() != secret || len(x.hash) != argonHash || argon2.Version != 19) {
		err = errors.New("it is written and read differently")
	}
	return x, err
}

func TestPasswordRules(t *testing.T) {
	strong, err := Whole(`.{8,}`)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, Options{Passwords: strong, RequirePassword: true, Algorithm: Bcrypt})
	create := func(p Password) error {
		_, err := f.CreateUser(t.Context(), "ann", p, Refuse)
		return err
	}
	f.fails(create(NoPassword()), "PasswordRequired")
	f.fails(create(PlainPassword("short")), "WeakPassword")
	f.fails(create(PlainPassword("")), "InvalidPassword")
	f.fails(create(PlainPassword(strings.Repeat("x", bcryptMax+1))), "InvalidPassword")
	f.fails(create(HashedPassword("x")), "InvalidSecret")
	f.ok(create(PlainPassword("long enough")))
	for _, text := range []string{fmt.Sprint(PlainPassword("p")), fmt.Sprintf("%#v %+v", PlainPassword("p"), PlainPassword("p"))} {
		if strings.Contains(text, "p") {
			t.Error(text)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	f := open(t, Options{})
	ctx := t.Context()
	i, err := f.Authenticate(ctx, "any", "any", "192.0.2.1:1")
	f.ok(err)
	if i.Name() != "" || !i.Rights().Everything() {
		t.Error("without users, everybody is nobody")
	}
	f.withPassword("ann", "a")
	f.user("bob")
	for range 2 { // the second is remembered
		i, err = f.Authenticate(ctx, "ann", "a", "192.0.2.1:1")
		f.ok(err)
		if i.Name() != "ann" || !i.Valid() {
			t.Error(i.Name())
		}
	}
	_, err = f.Authenticate(ctx, "bob", "any", "192.0.2.1:1")
	f.ok(err)
	for _, c := range [][2]string{
		{"ann", "b"}, {"ann", ""}, {"Ann", "a"}, {"eve", "a"}, {"", ""}, {strings.Repeat("x", 300), "a"}, {"ann", strings.Repeat("x", 2000)},
	} {
		_, err = f.Authenticate(ctx, c[0], c[1], "192.0.2.2:1")
		f.fails(err, "AuthenticationFailed")
		f.now = f.now.Add(time.Hour)
	}
	f.ok(f.SetPassword(ctx, "ann", cheap("b")))
	_, err = f.Authenticate(ctx, "ann", "a", "192.0.2.1:1")
	f.fails(err, "AuthenticationFailed")
	_, err = f.Authenticate(ctx, "ann", "b", "192.0.2.1:1")
	f.ok(err)
	f.ok(f.Check(ctx, "ann", "b", "192.0.2.1:1"))
}

func TestBackOff(t *testing.T) {
	f := open(t, Options{FailuresFree: 3, AddressFree: 10})
	ctx := t.Context()
	f.withPassword("ann", "a")
	try := func(name, password, address string) error {
		_, err := f.Authenticate(ctx, name, password, address)
		return err
	}
	for range 3 {
		f.fails(try("ann", "x", "192.0.2.1:1"), "AuthenticationFailed")
	}
	f.fails(try("ann", "a", "192.0.2.1:2"), "TooManyAttempts")
	f.ok(try("ann", "a", "192.0.2.9:1")) // elsewhere
	f.now = f.now.Add(time.Second)
	f.ok(try("ann", "a", "192.0.2.1:1"))
	for range 3 {
		f.fails(try("ann", "x", "192.0.2.1:1"), "AuthenticationFailed")
	}
	for _, seconds := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		f.now = f.now.Add(time.Duration(seconds)*time.Second - time.Millisecond)
		f.fails(try("ann", "x", "192.0.2.1:1"), "TooManyAttempts")
		f.now = f.now.Add(time.Millisecond)
		f.fails(try("ann", "x", "192.0.2.1:1"), "AuthenticationFailed")
	}
	f.now = f.now.Add(time.Hour)
	f.ok(try("ann", "a", "192.0.2.1:1"))
	for range 3 {
		f.fails(try(strings.Repeat("x", 300), "x", "192.0.2.1:1"), "AuthenticationFailed")
	}
	f.fails(try(strings.Repeat("x", 300), "x", "192.0.2.1:1"), "TooManyAttempts")

	for i := range 10 { // another name each time
		f.fails(try(fmt.Sprint("eve", i), "x", "[2001:db8::1]:1"), "AuthenticationFailed")
	}
	f.fails(try("ann", "a", "[2001:db8::2]:1"), "TooManyAttempts")
	f.ok(try("ann", "a", "[2001:db8:0:1::2]:1"))
}

// TestManyLogins lets the same user in many times at once: the work is done once.
func TestManyLogins(t *testing.T) {
	f := open(t, Options{Workers: 1, QueueMax: 1})
	f.withPassword("ann", "a")
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := f.Authenticate(t.Context(), "ann", "a", "192.0.2.1:1"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestBusy fills the queue: whoever comes is told to try again, and who waits gives up with
// the client.
func TestBusy(t *testing.T) {
	f := open(t, Options{Workers: 1, QueueMax: 1})
	f.withPassword("ann", "a")
	release, working := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := f.gate.work(t.Context(), func() error { close(working); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-working
	ctx, cancel := context.WithCancel(t.Context())
	all.Go(func() {
		if _, err := f.Authenticate(ctx, "ann", "b", "192.0.2.1:1"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	for len(f.gate.waiting) < 2 {
		time.Sleep(time.Millisecond)
	}
	joined := make(chan struct{})
	all.Go(func() {
		close(joined)
		_, err := f.Authenticate(t.Context(), "ann", "b", "192.0.2.2:1")
		f.gone.Store(errors.Is(err, context.Canceled))
	})
	<-joined
	_, err := f.Authenticate(t.Context(), "ann", "a", "192.0.2.1:1")
	f.fails(err, "AuthenticationBusy")
	if !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	cancel()
	close(release)
	all.Wait()
	if f.gone.Load() {
		t.Error("who waits for another's work ends with the other")
	}
	_, err = f.Authenticate(t.Context(), "ann", "a", "192.0.2.1:1")
	f.ok(err)
}

// TestGuessesAtOnce starts many different guesses together: no more of them get in than may
// be wrong.
func TestGuessesAtOnce(t *testing.T) {
	f := open(t, Options{Workers: 1, QueueMax: 100, FailuresFree: 3})
	f.withPassword("ann", "a")
	release, working := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := f.gate.work(t.Context(), func() error { close(working); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-working
	var mu sync.Mutex
	outcomes := map[string]int{}
	var begun sync.WaitGroup
	for i := range 20 {
		begun.Add(1)
		all.Go(func() {
			begun.Done()
			_, err := f.Authenticate(t.Context(), "ann", strconv.Itoa(i), "192.0.2.1:1")
			mu.Lock()
			defer mu.Unlock()
			detail, _, _ := strings.Cut(err.Error(), ":")
			outcomes[detail]++
		})
	}
	begun.Wait()
	for {
		mu.Lock()
		n := outcomes["TooManyAttempts"]
		mu.Unlock()
		if n == 16 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(release)
	all.Wait()
	if outcomes["AuthenticationFailed"] != 4 {
		t.Error(outcomes)
	}
}

func FuzzEntries(f *testing.F) {
	grants := Grants{Granted: Every, Denied: PrivilegesOf(Match), Rules: onEverything(Read, Update)}
	f.Add((&user{secret: "$2a$10$", roles: []roleRef{{name: "r"}}, grants: grants}).entry().Data)
	f.Add((&role{builtin: true, grants: grants}).entry().Data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if u, err := decodeUser(change.Entry{Kind: UserKind, Name: "u", Data: data}); err == nil {
			again, err := decodeUser(u.entry())
			if err != nil || !slices.Equal(again.entry().Data, u.entry().Data) {
				t.Error("what is read is not what is written")
			}
			(&contents{}).compile(u)
		}
		if r, err := decodeRole(change.Entry{Kind: RoleKind, Name: "r", Data: data}); err == nil {
			if again, err := decodeRole(r.entry()); err != nil || !slices.Equal(again.entry().Data, r.entry().Data) {
				t.Error("what is read is not what is written")
			}
		}
	})
}

func FuzzSecrets(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4$MDEyMzQ1Njc4OWFiY2RlZg")
	f.Fuzz(func(t *testing.T, text string) {
		if x, err := parseArgon(text); err == nil && (x.kib > argonKiBMax || x.time > argonTimeMax || len(x.hash) > 64) {
			t.Error("beyond the bounds")
		}
	})
}
