package config

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// Flags that contradict one another when not all of them are given.
const (
	boltCertFile     = "bolt-cert-file"
	boltKeyFile      = "bolt-key-file"
	boltClientCAFile = "bolt-client-ca-file"
	boltRequireTLS   = "bolt-require-tls"
)

// TLS is how connections are encrypted. No certificate means not at all.
type TLS struct {
	CertFile     string
	KeyFile      string
	ClientCAFile string // "": clients need no certificate
	Required     bool   // clients without TLS are refused, given a certificate
}

// On reports whether there is a certificate.
func (t TLS) On() bool { return t.CertFile != "" }

// BoltLimits bound what one client may take, before its login and after it.
type BoltLimits struct {
	ConnectionsPerAddressMax     int
	UnauthenticatedPerAddressMax int
	LoginTimeout                 time.Duration
	WriteTimeout                 time.Duration
	LoginMessageBytesMax         int
	LoginMessageDepthMax         int
	LoginMessageElementsMax      int
	MessageDepthMax              int
	MessageElementsMax           int
	QueuedMessagesMax            int
	QueuedBytesMax               int
	OpenResultsMax               int
	OutputBufferBytes            int
}

func networkFlags() []Flag { return slices.Concat(encryptionFlags(), limitFlags(), loginLimitFlags()) }

func encryptionFlags() []Flag {
	return []Flag{
		{
			Name: boltCertFile, Group: groupBolt, Kind: Text, Default: "",
			Help: "File with the server's certificate and those that vouch for it, in PEM. With --bolt-key-file it turns TLS on. SIGHUP and RELOAD BOLT_SERVER TLS read both files anew.",
		},
		{
			Name: boltKeyFile, Group: groupBolt, Kind: Text, Default: "",
			Help: "File with the private key of the server's certificate, in PEM.",
		},
		{
			Name: boltClientCAFile, Group: groupBolt, Kind: Text, Default: "",
			Help: "File with the authorities, in PEM, of which a client must have a certificate. Empty: clients need none.",
		},
		{
			Name: boltRequireTLS, Group: groupBolt, Kind: Bool, Default: "true",
			Help: "Given a certificate, refuse logins that are not encrypted. When false, the port takes connections with and without TLS.",
		},
		{
			Name: "bolt-websocket-origins", Group: groupBolt, Kind: Text, Default: "",
			Help: "Web pages that may connect from a browser, besides those of the same machine and of the server's own numeric address: origins such as https://app.example.com separated by commas, null for pages without one, or * for every page.",
		},
	}
}

func limitFlags() []Flag {
	return []Flag{
		{
			Name: "bolt-max-connections-per-address", Group: groupBolt, Kind: Int, Default: "16384", Min: 1, Max: 1_000_000,
			Help: "Most clients of one address at once that have logged on; one more is refused. Of IPv6, a network of 64 bits counts as one address.",
		},
		{
			Name: "bolt-max-message-depth", Group: groupBolt, Kind: Int, Default: "100", Min: 10, Max: 1000, Unit: "levels",
			Help: "Deepest nesting of lists and maps in a parameter.",
		},
		{
			Name: "bolt-max-message-elements", Group: groupBolt, Kind: Int, Default: "8388608", Min: 1000, Max: 1 << 30, Unit: "elements",
			Help: "Most values in one message, with those in lists and maps.",
		},
		{
			Name: "bolt-max-queued-messages", Group: groupBolt, Kind: Int, Default: "1024", Min: 1, Max: 1_000_000,
			Help: "Most messages of one client that are read while an earlier one is worked on; the rest stays in the network.",
		},
		{
			Name: "bolt-max-queued-bytes", Group: groupBolt, Kind: Int, Default: "1048576", Min: 4096, Max: 1 << 30, Unit: "bytes",
			Help: "Most bytes of one client's messages that are read while an earlier one is worked on.",
		},
		{
			Name: "bolt-max-open-results", Group: groupBolt, Kind: Int, Default: "1000", Min: 1, Max: 1_000_000,
			Help: "Most results of one transaction that are neither read to their end nor discarded; one more statement fails.",
		},
		{
			Name: "bolt-output-buffer-bytes", Group: groupBolt, Kind: Int, Default: "65536", Min: 4096, Max: 16 << 20, Unit: "bytes",
			Help: "How much of a result is gathered for one client before it is sent. A query goes on when the client has taken it.",
		},
		{
			Name: "bolt-write-timeout-sec", Group: groupBolt, Kind: Float, Default: "60", Min: 0.001, Max: 86400, Unit: "seconds",
			Help: "A client that takes longer than this for 256 KiB of its results is disconnected.",
		},
	}
}

func loginLimitFlags() []Flag {
	return []Flag{
		{
			Name: "bolt-login-timeout-sec", Group: groupBolt, Kind: Float, Default: "10", Min: 0.001, Max: 3600, Unit: "seconds",
			Help: "A connection that has not logged on this long after it was made is closed, whatever it sends.",
		},
		{
			Name: "bolt-max-unauthenticated-connections-per-address", Group: groupBolt, Kind: Int, Default: "512", Min: 1, Max: 1_000_000,
			Help: "Most connections of one address at once that have not logged on yet; for one more, the oldest of them is closed.",
		},
		{
			Name: "bolt-max-login-message-bytes", Group: groupBolt, Kind: Int, Default: "8192", Min: 1024, Max: 16 << 20, Unit: "bytes",
			Help: "Longest message before the login, and longest head of an HTTP request.",
		},
		{
			Name: "bolt-max-login-message-depth", Group: groupBolt, Kind: Int, Default: "8", Min: 3, Max: 100, Unit: "levels",
			Help: "Deepest nesting of lists and maps in a message before the login.",
		},
		{
			Name: "bolt-max-login-message-elements", Group: groupBolt, Kind: Int, Default: "128", Min: 32, Max: 100_000, Unit: "elements",
			Help: "Most values in one message before the login.",
		},
	}
}

// fillNetwork takes the settings of encryption and limits.
func (b *Bolt) fillNetwork(v *viper.Viper) {
	b.TLS = TLS{
		CertFile:     v.GetString(boltCertFile),
		KeyFile:      v.GetString(boltKeyFile),
		ClientCAFile: v.GetString(boltClientCAFile),
		Required:     v.GetBool(boltRequireTLS),
	}
	for origin := range strings.SplitSeq(v.GetString("bolt-websocket-origins"), ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			b.WebSocketOrigins = append(b.WebSocketOrigins, origin)
		}
	}
	b.Limits = BoltLimits{
		ConnectionsPerAddressMax:     v.GetInt("bolt-max-connections-per-address"),
		UnauthenticatedPerAddressMax: v.GetInt("bolt-max-unauthenticated-connections-per-address"),
		LoginTimeout:                 seconds(v, "bolt-login-timeout-sec"),
		WriteTimeout:                 seconds(v, "bolt-write-timeout-sec"),
		LoginMessageBytesMax:         v.GetInt("bolt-max-login-message-bytes"),
		LoginMessageDepthMax:         v.GetInt("bolt-max-login-message-depth"),
		LoginMessageElementsMax:      v.GetInt("bolt-max-login-message-elements"),
		MessageDepthMax:              v.GetInt("bolt-max-message-depth"),
		MessageElementsMax:           v.GetInt("bolt-max-message-elements"),
		QueuedMessagesMax:            v.GetInt("bolt-max-queued-messages"),
		QueuedBytesMax:               v.GetInt("bolt-max-queued-bytes"),
		OpenResultsMax:               v.GetInt("bolt-max-open-results"),
		OutputBufferBytes:            v.GetInt("bolt-output-buffer-bytes"),
	}
}

// problem says what contradicts itself, so that nobody believes in an encryption that
// there is not.
func (t TLS) problem() error {
	switch {
	case t.CertFile != "" && t.KeyFile == "":
		return errors.New("--" + boltCertFile + " needs --" + boltKeyFile + ", the private key of the certificate")
	case t.KeyFile != "" && t.CertFile == "":
		return errors.New("--" + boltKeyFile + " needs --" + boltCertFile + ", the certificate of the private key")
	case t.ClientCAFile != "" && t.CertFile == "":
		return errors.New("--" + boltClientCAFile + " needs --" + boltCertFile + " and --" + boltKeyFile + ": clients show a certificate in TLS only")
	case t.ClientCAFile != "" && !t.Required:
		return errors.New("--" + boltClientCAFile + " needs --" + boltRequireTLS + ": whoever comes without TLS would need no certificate")
	}
	return nil
}
