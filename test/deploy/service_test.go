package deploy

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestUnits has systemd judge the units as they are in the repository.
func TestUnits(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze")
	}
	const most = "15" // tenths, of 100
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold="+most, "../../deploy/memgraphd.service").CombinedOutput()
	if err != nil {
		t.Errorf("the service is exposed more than it needs: %v\n%s", err, out)
	}
	if text := string(out); !strings.Contains(text, "Overall exposure level") {
		t.Errorf("no level is told:\n%s", text)
	}
}

// TestService runs the installed service under a systemd, and has happen to it what happens to services.
func TestService(t *testing.T) {
	_, deb := packages(t)
	tree := os.Getenv("MEMGRAPHD_TREE")
	if tree == "" {
		tree = "/"
	}
	m := boot(t, tree)
	m.copy(deb, "/root/memgraphd.deb")
	m.sh("dpkg -i /root/memgraphd.deb")
	m.sh("systemctl start memgraphd.service") // a policy of this machine may have forbidden the package to do so
	m.eventually(isActive, "ActiveState=active")
	m.sh("memgraphd shell -c 'UNWIND range(1, 1000) AS i CREATE (:Kept {i: i});'")
	for _, step := range []struct {
		name string
		run  func(*machine)
	}{
		{"sandbox", isBounded},
		{"killed", comesBackKilled},
		{"hung", comesBackHung},
		{"stop", stops},
		{"logs", logs},
		{"configuration", refusesConfiguration},
		{"credential", takesCredentials},
		{"backup", backsUp},
	} {
		t.Run(step.name, func(t *testing.T) {
			here := &machine{t: t, init: m.init}
			step.run(here)
			here.expect(count, "1000")
		})
	}
}

// isBounded looks at the process from without.
func isBounded(m *machine) {
	status := m.sh("cat /proc/" + m.property("MainPID") + "/status")
	for _, want := range []string{"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(status, want) {
			m.t.Errorf("the process is not bounded by %q:\n%s", want, status)
		}
	}
	m.expect("stat --format=%U /proc/"+m.property("MainPID"), "memgraph")
	// Whether a limit can be raised at all depends on where the machine runs.
	files := m.sh("systemd-run --quiet --wait --pipe --property=LimitNOFILE=1048576 sh -c 'ulimit -n'")
	m.expect("awk '/Max open files/ {print $4}' /proc/"+m.property("MainPID")+"/limits", files)
	mounts := m.sh("awk '{print $5, substr($6, 1, 2)}' /proc/" + m.property("MainPID") + "/mountinfo")
	for _, want := range []string{"/ ro", "/var/lib/memgraph rw", "/var/log/memgraph rw", "/home ro"} {
		if !strings.Contains("\n"+mounts+"\n", "\n"+want+"\n") {
			m.t.Errorf("the server does not have %s:\n%s", want, mounts)
		}
	}
}

// comesBackKilled kills the server as the kernel does when memory runs out.
func comesBackKilled(m *machine) {
	former := m.property("MainPID")
	m.sh("kill -9 " + former)
	m.eventually("systemctl show --property=MainPID --property=ActiveState memgraphd.service | grep -v '^MainPID="+former+"$'", "ActiveState=active")
	m.eventually("memgraphd health 2>&1 || true", "ready")
	if now := m.property("MainPID"); now == former {
		m.t.Error("the server was not started anew")
	}
}

// comesBackHung stops the server from answering, until the watchdog ends it.
func comesBackHung(m *machine) {
	m.write("/run/systemd/system/memgraphd.service.d/watchdog.conf", "[Service]\nWatchdogSec=5\nTimeoutAbortSec=1\n")
	m.sh("systemctl daemon-reload && systemctl restart memgraphd.service")
	former := m.property("MainPID")
	m.sh("kill -STOP " + former)
	m.eventually("journalctl --no-pager --output=cat --unit=memgraphd.service", "Watchdog timeout")
	m.eventually("systemctl show --property=MainPID memgraphd.service | grep -vx MainPID=0 | grep -vx MainPID="+former+" && "+isActive, "ActiveState=active")
	m.eventually("memgraphd health 2>&1 || true", "ready")
	m.sh("rm /run/systemd/system/memgraphd.service.d/watchdog.conf && systemctl daemon-reload && systemctl restart memgraphd.service")
}

// stops expects an end in order, with a snapshot.
func stops(m *machine) {
	m.sh("memgraphd shell -c 'CREATE (:Other);'")
	before := m.sh("ls -t /var/lib/memgraph/snapshots | head -1")
	m.sh("systemctl stop memgraphd.service")
	m.expect("systemctl show --value --property=Result memgraphd.service", "success")
	if after := m.sh("ls -t /var/lib/memgraph/snapshots | head -1"); after == before {
		m.t.Errorf("no snapshot was written at the end; the last is %q", after)
	}
	m.sh("systemctl start memgraphd.service")
}

// refusesConfiguration expects that a mistake is told once, and not tried again and again.
func refusesConfiguration(m *machine) {
	m.sh("cp /etc/memgraph/memgraph.conf /root/good.conf && echo --bolt-port=many >>/etc/memgraph/memgraph.conf")
	m.sh("systemctl reload memgraphd.service")
	m.eventually("journalctl --no-pager --output=cat --unit=memgraphd.service", "the configuration is not read anew")
	m.expect("systemctl is-active memgraphd.service", "active")
	m.fails("systemctl restart memgraphd.service", "failed")
	m.expect("systemctl show --property=ExecMainStatus --property=NRestarts memgraphd.service | sort", "ExecMainStatus=78\nNRestarts=0")
	m.contains("journalctl --no-pager --output=cat --unit=memgraphd.service", "/etc/memgraph/memgraph.conf")
	m.sh("cp /root/good.conf /etc/memgraph/memgraph.conf && systemctl reset-failed memgraphd.service && systemctl start memgraphd.service")
}

// takesCredentials makes the first user of a file that only root can read.
func takesCredentials(m *machine) {
	const read = "systemd-run --quiet --wait --pipe --property=User=memgraph --property=LoadCredential=x:/etc/hostname " +
		`sh -c 'cat "$CREDENTIALS_DIRECTORY/x"'`
	if out, err := m.run("", "sh", "-c", read); err != nil {
		m.t.Skipf("systemd hands no credentials to any service here: %v\n%s", err, out)
	}
	m.write("/etc/memgraph/passfile", "alice:wonderland\n")
	m.sh("chmod 600 /etc/memgraph/passfile")
	m.write("/run/systemd/system/memgraphd.service.d/passfile.conf", "[Service]\nLoadCredential=memgraphd.passfile:/etc/memgraph/passfile\n")
	m.sh("systemctl daemon-reload && systemctl restart memgraphd.service")
	m.fails("memgraphd shell -c 'RETURN 1;' 2>&1", "log in with a user name")
	m.expect("MEMGRAPH_PASSWORD=wonderland memgraphd shell --user alice --password wonderland --output-format=csv -c 'RETURN 7;' 2>&1 | grep -x 7", "7")
	m.sh("rm /run/systemd/system/memgraphd.service.d/passfile.conf && systemctl daemon-reload")
	m.sh("memgraphd shell --user alice --password wonderland -c 'DROP USER alice;' && systemctl restart memgraphd.service")
}

// backsUp runs the units of the timers.
func backsUp(m *machine) {
	m.sh("install -d -o memgraph -g memgraph /var/backups/memgraph")
	m.sh("install -m 600 /usr/share/doc/memgraphd/examples/backup.env /etc/memgraph/backup.env")
	m.sh("systemctl start memgraphd-backup.service")
	m.expect("systemctl show --value --property=Result memgraphd-backup.service", "success")
	m.sh("systemctl start memgraphd-verify.service")
	m.expect("systemctl show --value --property=Result memgraphd-verify.service", "success")
	m.sh("systemctl enable --now memgraphd-backup.timer memgraphd-verify.timer")
	m.contains("systemctl list-timers --no-pager", "memgraphd-backup.timer")
}
