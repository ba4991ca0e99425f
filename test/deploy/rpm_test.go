package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRPM installs, upgrades and removes the .rpm, on a machine with this one's files: what it needs is what rpm needs.
func TestRPM(t *testing.T) {
	dir := os.Getenv("MEMGRAPHD_RELEASES")
	if dir == "" {
		t.Skip("MEMGRAPHD_RELEASES names no folder with packages: run make systemd")
	}
	if _, err := exec.LookPath("rpm"); err != nil {
		t.Skip("there is no rpm: apt-get install rpm")
	}
	m := boot(t, "/")
	for _, version := range []string{older, newer} {
		found, err := filepath.Glob(filepath.Join(dir, version, "release", "*.rpm"))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s has %q, and not one package: %v", version, found, err)
		}
		m.copy(found[0], "/root/"+version+".rpm")
	}
	m.sh("rm -rf /var/lib/memgraph && rpm --install --nodeps /root/" + older + ".rpm")
	m.expect("stat --format='%U %a' /var/lib/memgraph /var/log/memgraph", "memgraph 700\nmemgraph 750")
	m.sh("systemctl enable --now memgraphd.service")
	m.sh("memgraphd shell -c 'UNWIND range(1, 1000) AS i CREATE (:Kept {i: i});'")
	m.sh("echo --log-level=DEBUG >>/etc/memgraph/memgraph.conf")
	former := m.property("MainPID")
	m.sh("rpm --upgrade --nodeps /root/" + newer + ".rpm")
	m.eventually(isActive, "ActiveState=active")
	if now := m.property("MainPID"); now == former {
		t.Errorf("process %s runs as before", now)
	}
	m.contains("memgraphd version", newer)
	m.expect(count, "1000")
	m.expect("tail -1 /etc/memgraph/memgraph.conf", "--log-level=DEBUG")
	m.sh("rpm --erase memgraphd")
	m.fails("systemctl is-active memgraphd.service", "inactive")
	m.contains("ls /var/lib/memgraph", "database.json")
	m.contains("cat /etc/memgraph/memgraph.conf.rpmsave", "--log-level=DEBUG")
}
