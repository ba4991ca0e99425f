package monitor

import "memgraphd/internal/bolt"

// network are the numbers of the listener by transport and by what it refused.
func network() []metric {
	session := func(name, help string, read func(b *bolt.Stats) int64) metric {
		return metric{name: name, group: groupSession, help: help, value: ofBolt(read)}
	}
	refused := func(name, help string, read func(r *bolt.Refusals) uint64) metric {
		return metric{
			name: name, group: groupSession, kind: counter, help: help,
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(read(&b.Refusals)) }),
		}
	}
	return []metric{
		session("active_tcp_sessions", "Clients that have logged on over plain TCP.", func(b *bolt.Stats) int64 { return int64(b.TCP) }),
		session("active_ssl_sessions", "Clients that have logged on over TLS.", func(b *bolt.Stats) int64 { return int64(b.TLS) }),
		session("active_websocket_sessions", "Clients that have logged on over a WebSocket, with or without TLS.", func(b *bolt.Stats) int64 { return int64(b.WebSocket) }),
		session("bolt_unauthenticated_connections", "Connections that have not logged on yet.", func(b *bolt.Stats) int64 { return int64(b.Unauthenticated) }),
		{
			name: "bolt_messages_total", group: groupSession, kind: counter, help: "Messages of clients since the start.",
			value: ofBolt(func(b *bolt.Stats) int64 { return int64(b.Requests) }),
		},
		{
			name: "bolt_certificate_expires_timestamp_seconds", group: groupSession,
			help: "When the certificate of the Bolt port ends, as a Unix time; missing without TLS.",
			value: func(s *sample) (float64, bool) {
				return float64(s.certificate.Unix()), !s.certificate.IsZero()
			},
		},
		refused("bolt_evicted_total", "Connections closed because too many had not logged on, in all or of one address.", func(r *bolt.Refusals) uint64 { return r.Evicted }),
		refused("bolt_login_failures_total", "Logins refused because of the user, the password, or the address while no user exists.", func(r *bolt.Refusals) uint64 { return r.Logins }),
		refused("bolt_login_timeouts_total", "Connections closed because they did not log on in time.", func(r *bolt.Refusals) uint64 { return r.LoginTimeouts }),
		refused("bolt_connection_limit_total", "Logins refused because the most clients were connected, in all or of one address.", func(r *bolt.Refusals) uint64 { return r.Connections }),
		refused("bolt_tls_failures_total", "TLS handshakes that failed, or came where TLS is not set up.", func(r *bolt.Refusals) uint64 { return r.TLS }),
		refused("bolt_unencrypted_refused_total", "Logins refused because they were not encrypted.", func(r *bolt.Refusals) uint64 { return r.Plain }),
		refused("bolt_http_refused_total", "HTTP requests and WebSockets refused: malformed, too large, or of a page that may not.", func(r *bolt.Refusals) uint64 { return r.HTTP }),
		refused("bolt_foreign_total", "Connections that spoke something unknown.", func(r *bolt.Refusals) uint64 { return r.Foreign }),
		refused("bolt_message_limit_total", "Messages refused for their size, depth or number of elements.", func(r *bolt.Refusals) uint64 { return r.Messages }),
		refused("bolt_open_result_limit_total", "Statements refused because the most results were open.", func(r *bolt.Refusals) uint64 { return r.Results }),
		refused("bolt_write_timeouts_total", "Connections closed because the client did not read its results.", func(r *bolt.Refusals) uint64 { return r.WriteTimeouts }),
	}
}
