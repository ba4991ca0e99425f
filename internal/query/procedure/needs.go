package procedure

import "memgraphd/internal/query/auth"

// Needs returns the privileges that a call needs: MODULE_READ, or MODULE_WRITE where the
// procedure may change the graph, unless it says otherwise.
func (p *Procedure) Needs() auth.Privileges {
	switch {
	case p.Open:
		return 0
	case p.Privileges != 0:
		return p.Privileges
	case p.Mode == Write:
		return auth.PrivilegesOf(auth.ModuleWrite)
	}
	return auth.PrivilegesOf(auth.ModuleRead)
}
