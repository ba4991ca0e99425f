package query

import (
	"strconv"

	"memgraphd/internal/query/exec"
	"memgraphd/internal/storage"
)

// batches gives the batches of CALL { … } IN TRANSACTIONS their transactions. The statement
// is a transaction of its own, which ends them all when it is ended; what they commit is
// durable by then, and stays.
type batches struct {
	s  *Session
	t  *transaction
	tx *storage.Tx // of the running batch
}

// Begin begins the transaction of a batch.
func (b *batches) Begin() (tx *storage.Tx, id string, err error) {
	b.tx = b.begin()
	return b.tx, strconv.FormatUint(b.s.engine.nextTransaction.Add(1), 10), nil
}

// begin begins a transaction like that of the statement.
func (b *batches) begin() *storage.Tx {
	tx := b.s.engine.o.Store.Begin(storage.TxOptions{ReadOnly: b.t.readOnly, Budget: b.t.budget})
	tx.SetGuard(b.t.tx.Guard())
	return tx
}

// Commit makes the batch durable. One whose statement has been ended is undone.
func (b *batches) Commit() error {
	if err := b.t.life.Err(); err != nil {
		b.Rollback()
		return err
	}
	b.t.committing.Store(true)
	_, err := b.tx.Commit()
	b.t.committing.Store(false)
	b.tx.Release()
	if err == nil {
		b.s.tally.committed.Add(1)
	}
	return err
}

// Rollback undoes the batch.
func (b *batches) Rollback() { b.tx.Rollback() }

// Renew moves the statement on to a transaction that has the batches committed so far.
func (b *batches) Renew(former exec.Former) (*storage.Tx, error) {
	tx := b.begin()
	switch former {
	case exec.KeepFormer:
		b.t.former = append(b.t.former, b.t.tx)
	case exec.DropFormer:
		b.t.tx.Release()
	}
	b.t.tx = tx
	return tx, nil
}
