package command

import (
	"testing"

	"github.com/spf13/cobra"
)

// TestUsage has wrong arguments and flags named, each with a way out.
func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"verify"}, "an argument is missing: memgraphd verify DIRECTORY|REPOSITORY [flags]; memgraphd verify --help says more"},
		{[]string{"verify", "a", "b"}, `the argument "b" is one too many: memgraphd verify DIRECTORY|REPOSITORY [flags]; memgraphd verify --help says more`},
		{
			[]string{"backup", "bk"},
			`the argument "bk" is one too many: memgraphd backup --to LOCATION [--host HOST --port PORT | --from-directory DIR] [flags]; memgraphd backup --help says more`,
		},
		{[]string{"import", "json"}, "an argument is missing: memgraphd import json FILE... [flags]; memgraphd import json --help says more"},
		{[]string{"dump", "--prot=1", "-"}, "there is no flag --prot; did you mean --port?"},
		{[]string{"dump", "--frobnicate", "-"}, "there is no flag --frobnicate; memgraphd dump --help lists the flags"},
		{[]string{"dump", "-x"}, "there is no flag -x; memgraphd dump --help lists the flags"},
		{[]string{"dump", "--port=abc", "-"}, `--port: "abc" is not a whole number`},
		{[]string{"dump", "-u", "ann", "-p", "x", "--port=abc", "-"}, `--port: "abc" is not a whole number`},
		{[]string{"backup", "--list", "--keep=7", "--to=x"}, "--keep is a number of backups, and excludes --list"},
	} {
		tree := func(env Env) *cobra.Command {
			root := &cobra.Command{Use: "memgraphd", SilenceErrors: true, SilenceUsage: true}
			root.AddCommand(NewBackup(env), NewDump(env), NewImport(env), NewVerify(env))
			return root
		}
		status, _, stderr := run(t, tree, test.args...)
		if status != StatusUsage || stderr != test.want {
			t.Errorf("%q: %d\n%s\nwant\n%s", test.args, status, stderr, test.want)
		}
	}
}

// TestCounted counts.
func TestCounted(t *testing.T) {
	t.Parallel()
	for n, want := range []string{"0 nodes", "1 node", "2 nodes"} {
		if got := counted(n, "node"); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
