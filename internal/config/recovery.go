package config

import (
	"github.com/spf13/viper"
)

// Flags of a start that cannot bring everything back.
const (
	allowRecoveryFailure = "storage-allow-recovery-failure"
	acceptLossAfter      = "storage-accept-loss-after"
	recoverTo            = "recover-to"
	accessTimeout        = "storage-access-timeout-sec"
)

func recoveryFlags() []Flag {
	return []Flag{
		{
			Name: allowRecoveryFailure, Group: groupStorage, Kind: Bool, Default: "false",
			Help: "Start without data when the data directory cannot be recovered, so that somebody can look: only statements about the server answer, and no file is changed. When false, such a start ends with an error.",
		},
		{
			Name: acceptLossAfter, Group: groupStorage, Kind: Int, Default: "-1", Min: -1, Max: 1 << 53, Unit: "commit",
			Help: "Give up every commit after this one, which must be the last good one that a refused start has named, and go on with it. The files are kept in .backup in the directory. It has no effect on a directory that is whole, or whose last good commit is another; -1 gives up nothing.",
		},
		{
			Name: accessTimeout, Group: groupStorage, Kind: Int, Default: "1", Min: 0, Max: 1000000, Unit: "seconds",
			Help: "How long RECOVER SNAPSHOT, when everything is ready, waits for open transactions to end. Meanwhile none begins.",
		},
		{
			Name: recoverTo, Group: groupStorage, Kind: Text, Default: "",
			Help: "Take the data directory back to this moment at the start, from its own snapshots and log and those in .backup: a time of RFC 3339 such as 2026-11-23T14:05:00Z, or the number of a commit. What came later is kept in .backup. It happens once: with the same value the next start does nothing.",
		},
	}
}

// lossAccepted takes --storage-accept-loss-after; nil where it gives up nothing.
func lossAccepted(v *viper.Viper) *uint64 {
	n := v.GetInt64(acceptLossAfter)
	if n < 0 {
		return nil
	}
	after := uint64(n)
	return &after
}

// recoveryRisks names what the flags of this file risk.
func (s *Storage) recoveryRisks(warn func(flag, text string)) {
	if s.AllowRecoveryFailure {
		warn(allowRecoveryFailure, "is on: where the data directory cannot be recovered, the server starts without data")
	}
	if s.RecoverTo != "" {
		warn(recoverTo, "is set: the data directory is taken back to that moment once; remove the flag after this start")
	}
	if s.LossAccepted != nil {
		warn(acceptLossAfter, "is set: where that is the last good commit of a damaged data directory, what follows it is given up; remove the flag after this start")
	}
}
