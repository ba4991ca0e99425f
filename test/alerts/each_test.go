//go:build alerts

package alerts

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// turn is what becomes of a number at the i-th scrape, in place of v; NaN is none.
type turn func(i, v float64) float64

func to(n float64) turn { return func(float64, float64) float64 { return n } }

// grow adds n at each scrape.
func grow(n float64) turn { return func(i, v float64) float64 { return v + i*n } }

// trouble is what numbers become when something is wrong, by name or by name with labels, and the alert for it.
type trouble struct {
	alert string
	turns map[string]turn
}

// troubles has at least one for each alert.
func troubles(now time.Time) []trouble {
	none := to(math.NaN())
	seconds := float64(now.Unix())
	slow := func(name, labels string, bounds ...string) map[string]turn { // all that is new takes longer than the bounds
		all := map[string]turn{name + "_bucket": grow(10)}
		for _, b := range bounds {
			all[name+"_bucket{"+labels+`le="`+b+`"}`] = grow(0)
		}
		return all
	}
	queries := slow("memgraph_query_execution_latency_seconds", `type="read",`,
		"1e-05", "2.5e-05", "5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10")
	for _, kind := range []string{"write", "read_write", "schema", "commit"} { // these take no time at all
		queries["memgraph_query_execution_latency_seconds_bucket{type=\""+kind+"\""] = grow(10)
	}
	return []trouble{
		{"MemgraphdDown", map[string]turn{"up": to(0)}},
		{"MemgraphdNotReady", map[string]turn{"memgraph_ready": to(0)}},
		{"MemgraphdRestarting", map[string]turn{"process_start_time_seconds": func(i, v float64) float64 { return v + math.Floor(i/20) }}},
		{"MemgraphdLogStopped", map[string]turn{"memgraph_wal_failed": to(1)}},
		{"MemgraphdWritesFailing", map[string]turn{"memgraph_writes_failing": to(1)}},
		{"MemgraphdDiskFull", map[string]turn{"memgraph_disk_below_minimum": to(1)}},
		{"MemgraphdDiskFilling", map[string]turn{"memgraph_disk_free_bytes": func(i, _ float64) float64 { return 100<<30 - i*(1<<28) }}},
		{"MemgraphdSnapshotFailing", map[string]turn{"memgraph_snapshot_failing": to(1)}},
		{"MemgraphdSnapshotOld", map[string]turn{"memgraph_snapshot_last_age_seconds": to(90000), "memgraph_snapshot_backlog_commits": to(5)}},
		{"MemgraphdBacklogLarge", map[string]turn{"memgraph_snapshot_backlog_commits": to(2e7)}},
		{"MemgraphdBackupFailing", map[string]turn{"memgraph_backup_failing": to(1)}},
		{"MemgraphdBackupOld", map[string]turn{"memgraph_backup_last_age_seconds": to(140000)}},
		{"MemgraphdBackupOld", map[string]turn{
			"memgraph_backup_last_age_seconds": none, "memgraph_backup_taken_total": to(0), "memgraph_archive_objects_total": none,
			"process_start_time_seconds": to(seconds - 140000),
		}},
		{"", map[string]turn{ // who archives needs no other backup
			"memgraph_backup_last_age_seconds": none, "memgraph_backup_taken_total": to(0), "process_start_time_seconds": to(seconds - 140000),
		}},
		{"MemgraphdArchiveFailing", map[string]turn{"memgraph_archive_failing": to(1)}},
		{"MemgraphdArchiveFailing", map[string]turn{"memgraph_archive_refused": to(1)}},
		{"MemgraphdArchiveLagging", map[string]turn{"memgraph_archive_lag_seconds": to(700)}},
		{"MemgraphdCommitsAtRisk", map[string]turn{"memgraph_wal_flush_every_n_tx": to(100)}},
		{"MemgraphdCommitsAtRisk", map[string]turn{"memgraph_wal_enabled": to(0)}},
		{"MemgraphdDirectoryLocked", map[string]turn{"memgraph_data_directory_lock_age_seconds": to(90000)}},
		{"MemgraphdDamagedFiles", map[string]turn{"memgraph_recovery_damaged_snapshots": to(1)}},
		{"MemgraphdDamagedFiles", map[string]turn{"memgraph_quarantine_files": to(2)}},
		{"MemgraphdCertificateExpires", map[string]turn{"memgraph_bolt_certificate_expires_timestamp_seconds": to(seconds + 5*86400)}},
		{"MemgraphdMemoryHigh", map[string]turn{"memgraph_memory_limit_bytes": to(1000), "memgraph_db_memory_tracked_bytes": to(950)}},
		{"", map[string]turn{"memgraph_memory_limit_bytes": to(0)}}, // no limit
		{"MemgraphdVersionsHeldBack", map[string]turn{"memgraph_held_back_bytes": to(2 << 30)}},
		{"MemgraphdSyncsSlow", slow("memgraph_wal_sync_seconds", "", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5")},
		{"MemgraphdQueriesSlow", queries},
		{"MemgraphdQueriesFailing", map[string]turn{"memgraph_failed_queries_total": grow(60), "memgraph_successful_queries_total": grow(100)}},
		{"", map[string]turn{"memgraph_failed_queries_total": grow(60), "memgraph_successful_queries_total": grow(1000)}},
		{"MemgraphdServerFailures", map[string]turn{"memgraph_server_failures_total": grow(1)}},
		{"MemgraphdConflicts", map[string]turn{"memgraph_write_write_conflicts_total": grow(60), "memgraph_committed_transactions_total": grow(100)}},
		{"MemgraphdConnectionsRefused", map[string]turn{"memgraph_bolt_connection_limit_total": grow(1)}},
		{"MemgraphdLoginsFailing", map[string]turn{"memgraph_bolt_login_failures_total": grow(60)}},
	}
}

// find returns the turn of a series: that of its name with labels, of their beginning, or of its name.
func (b trouble) find(series string) turn {
	if f := b.turns[series]; f != nil {
		return f
	}
	name, labels, _ := strings.Cut(series, "{")
	if first, _, more := strings.Cut(labels, ","); more && b.turns[name+"{"+first] != nil {
		return b.turns[name+"{"+first]
	}
	if f := b.turns[name]; f != nil {
		return f
	}
	return grow(0)
}

// TestEach lets the numbers of a server that is well go wrong in every way that there is an alert for: that one is
// raised, and no other.
func TestEach(t *testing.T) {
	t.Parallel()
	all := rules(t)
	flags := append(certificate(t, 365*24*time.Hour), "--storage-archive=$DISK/archive", "--storage-archive-interval-ms=10", "--storage-backup-roots=/")
	s := start(t, 0, flags...)
	s.run("CREATE (:N)", "BACKUP DATABASE TO '"+filepath.Join(t.TempDir(), "backup")+"'", "CREATE SNAPSHOT")
	text, up := newHistory(t, s.port).get()
	if !up {
		t.Fatal("the server is gone")
	}
	text = "up 1\n" + text
	seen := map[string]bool{}
	for _, b := range append(troubles(time.Now()), trouble{}) {
		h := newHistory(t, s.port)
		for i := range 130 { // more than half an hour
			h.now = h.begin.Add(time.Duration(i) * interval)
			h.each(text, func(series string, v float64) {
				if v = b.find(series)(float64(i), v); !math.IsNaN(v) {
					h.add(series, v)
				}
			})
		}
		var want []string
		if b.alert != "" {
			want = []string{b.alert}
		}
		if got := raised(h, all); !slices.Equal(got, want) {
			t.Errorf("raised: %v, want %v", got, want)
		}
		seen[b.alert] = true
	}
	for _, r := range all {
		if !seen[r.Alert] {
			t.Errorf("nothing raises %s", r.Alert)
		}
	}
}
