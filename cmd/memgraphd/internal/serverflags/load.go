// Package serverflags has the flags of the server on a command line: read together with everything else that configures
// it, listed for the help, and completed. What the flags are, internal/config says.
package serverflags

import (
	"errors"
	"os"
	"strings"

	"memgraphd/cmd/memgraphd/internal/exit"
	"memgraphd/internal/config"
)

const systemConfig = "/etc/memgraph/memgraph.conf"

// Load reads all sources of the configuration.
func Load(args []string) (*config.Config, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // a service without a home has no file there
	}
	var names []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		names = append(names, name)
	}
	c, err := config.Load(config.Sources{
		System: systemConfig, Home: home, Lookup: os.LookupEnv, Environ: names, ReadFile: os.ReadFile, Args: args,
	})
	if err == nil {
		return c, nil
	}
	code := exit.Config
	if problem := new(config.ProblemError); errors.As(err, &problem) && problem.Origin.Source == config.FromCommandLine {
		code = exit.Usage
	}
	return nil, exit.With(code, err)
}
