// Package healthcommand is the command that asks a server how it is.
package healthcommand

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/cmd/memgraphd/internal/serverflags"
	commands "memgraphd/internal/command"
	"memgraphd/internal/config"
)

const (
	healthTimeout  = 5 * time.Second
	healthBytesMax = 4 << 10 // of the answer
)

// New returns the command that asks a server how it is, for those who have no other client in reach.
func New(stdout io.Writer) *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "health [live|ready]",
		Short: "Ask the server of this machine whether it is ready",
		Long: "Ask the server of this machine whether clients should be sent there (ready, the default), or whether it answers at all (live).\n" +
			"The exit code is 0 for yes. The port for metrics is asked; where it is comes from the configuration, as for the server.",
		Args:          commands.Arguments(cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs)),
		ValidArgs:     []string{"live", "ready"},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			what := "ready"
			if len(args) > 0 {
				what = args[0]
			}
			if address == "" {
				c, err := serverflags.Load(nil)
				if err != nil {
					return err
				}
				if address, err = metricsAddress(c.Metrics); err != nil {
					return exit.With(exit.Config, err)
				}
			}
			return askHealth(cmd.Context(), "http://"+address+"/health/"+what, stdout)
		},
	}
	cmd.Flags().StringVar(&address, "address", "", "host:port of the metrics; default: as configured")
	return cmd
}

// metricsAddress returns where this machine reaches the port for metrics.
func metricsAddress(c config.Metrics) (string, error) {
	if c.Port == 0 {
		return "", errors.New("there is nothing to ask: --metrics-port=0 turns the port for metrics and health off")
	}
	host := c.Address
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
		if ip.Is4() {
			host = "127.0.0.1"
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(c.Port)), nil
}

// askHealth prints the answer; one other than 200 is an error.
func askHealth(ctx context.Context, url string, stdout io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this machine
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, healthBytesMax))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	text := strings.TrimSpace(string(body))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	_, err = fmt.Fprintln(stdout, text)
	return err
}
