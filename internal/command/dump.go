package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"memgraphd/internal/client"
	"memgraphd/internal/command/progress"
	"memgraphd/internal/durability/vfs"
)

// NewDump returns the command that writes a database as statements.
func NewDump(env Env) *cobra.Command {
	var f Connection
	cmd := newCommand(env, &cobra.Command{
		Use:   "dump FILE|-",
		Short: "Write the database of a running server as statements",
		Long: "Writes what DUMP DATABASE answers to a new file, or to standard output: the statements that make the graph, the indexes,\n" +
			"the constraints, the enums and the descriptions again, here (memgraphd import) or at Memgraph, all of one moment.\n" +
			"A dump is for moving to another system or version; a backup is faster to make and to restore, and can be verified.",
		Args: cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, out *output, args []string) error {
		ctx, stop := untilEnded(cmd.Context())
		defer stop()
		return runDump(ctx, out, &f, args[0])
	})
	f.Add(cmd)
	return cmd
}

// dumpResult is what dump prints.
type dumpResult struct {
	File       string  `json:"file"`
	Statements int64   `json:"statements"`
	Bytes      int64   `json:"bytes"`
	Seconds    float64 `json:"seconds"`
}

func runDump(ctx context.Context, out *output, f *Connection, name string) (err error) {
	if name == "-" && out.json {
		return Usage(errors.New("--json and a dump to standard output do not go together; name a file"))
	}
	c, err := f.Connect(ctx, out.env.FS, "memgraphd-dump/"+out.env.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	reporter := out.reporter()
	defer reporter.Close()
	step := reporter.Step("dumping", progress.Bytes, 0)
	began := out.env.Now()
	r := dumpResult{File: name}
	if name == "-" {
		err = r.write(ctx, c, out.env.Stdout, step)
	} else {
		err = r.toFile(ctx, c, out.env.FS, step)
	}
	step.End(err)
	if err != nil {
		return fmt.Errorf("the database was not dumped: %w", answered(err))
	}
	r.Seconds = out.env.Now().Sub(began).Seconds()
	if name == "-" {
		return nil
	}
	return out.result(&r, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s: %d statements, %s in %.1f s\n", name, r.Statements, progress.Size(r.Bytes), r.Seconds)
		return err
	})
}

// toFile writes a file that has its name once it is whole and on the disk.
func (r *dumpResult) toFile(ctx context.Context, c *client.Client, fsys vfs.FS, step *progress.Step) error {
	taken, err := vfs.Exists(fsys, r.File)
	if err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("%s: %w; choose another name, or remove it", r.File, fs.ErrExist)
	}
	part := r.File + ".part"
	file, err := fsys.Create(part)
	if err != nil {
		return err
	}
	if err = r.write(ctx, c, file, step); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = fsys.RenameExclusive(part, r.File)
	}
	if err != nil {
		return errors.Join(err, fsys.Remove(part))
	}
	return fsys.SyncDir(filepath.Dir(r.File))
}

// write writes the statements, one a line.
func (r *dumpResult) write(ctx context.Context, c *client.Client, w io.Writer, step *progress.Step) error {
	rows, err := c.Run(ctx, "DUMP DATABASE", nil)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 1<<20)
	for {
		row, err := rows.Next(ctx)
		if err != nil {
			return err
		}
		if row == nil {
			break
		}
		text, ok := row[0].(string)
		if !ok {
			return fmt.Errorf("a row of DUMP DATABASE is %T and no text", row[0])
		}
		r.Statements++
		r.Bytes += int64(len(text)) + 1
		if _, err := buffered.WriteString(text); err != nil {
			return err
		}
		if err := buffered.WriteByte('\n'); err != nil {
			return err
		}
		step.Add(int64(len(text)) + 1)
	}
	return buffered.Flush()
}
