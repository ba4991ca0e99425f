package deploy

// logs looks at what the journal makes of the lines, and has the log in files: within its sandbox the server begins a
// file of yesterday anew, and deletes what is too old of its own.
func logs(m *machine) {
	const journal = "journalctl --no-pager --unit=memgraphd.service "
	m.contains(journal+"--output=json | grep 'ready: listening' | tail -1", `"PRIORITY":"6"`)
	m.contains(journal+"--output=cat | tail -200 | grep -c '^<[0-9]>' || true", "0")
	const files = "/var/log/memgraph/"
	m.sh("cp /etc/memgraph/memgraph.conf /root/good.conf && echo --log-file=" + files + "memgraph.log >>/etc/memgraph/memgraph.conf")
	m.sh("systemctl restart memgraphd.service && systemctl stop memgraphd.service")
	m.contains("stat --format='%U %a' "+files+"memgraph.log", "memgraph 600")
	m.sh("touch --date=yesterday " + files + "memgraph.log")
	m.sh("touch " + files + "memgraph-20200101T000000.000Z.log " + files + "memgraph_2020-01-01.log")
	m.sh("systemctl start memgraphd.service")
	m.expect("grep -c 'ready: listening' "+files+"memgraph.log", "1")
	m.expect("ls "+files+" | grep -c '^memgraph-2.*Z.log$'", "1") // that of yesterday; the one of 2020 is gone
	m.expect("ls "+files+"memgraph_2020-01-01.log", files+"memgraph_2020-01-01.log")
	m.sh("rm -r " + files + "* && cp /root/good.conf /etc/memgraph/memgraph.conf && systemctl restart memgraphd.service")
	m.sh("systemctl reset-failed memgraphd.service") // so many starts at once would count against it
}
