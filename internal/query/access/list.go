package access

import (
	"strings"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/auth"
)

// Line is a privilege or a rule of somebody, as SHOW PRIVILEGES tells of it.
type Line struct{ Privilege, Effective, Description string }

// List tells what a user or a role has: first the privileges, then the rules.
func List(h auth.Holding) []Line {
	var list []Line
	own := "USER"
	if h.Principal.Kind == auth.Role {
		own = "ROLE"
	}
	for _, p := range auth.Every.List() {
		var how []string
		effective := ""
		note := func(g *auth.Grants, to string) {
			switch {
			case g.Denied.Has(p):
				how, effective = append(how, "DENIED TO "+to), "DENY"
			case g.Granted.Has(p):
				how = append(how, "GRANTED TO "+to)
				if effective == "" {
					effective = "GRANT"
				}
			}
		}
		note(&h.Own, own)
		for i := range h.Roles {
			note(&h.Roles[i].Grants, "ROLE "+h.Roles[i].Role)
		}
		if effective != "" {
			list = append(list, Line{p.String(), effective, strings.Join(how, ", ")})
		}
	}
	list = appendRules(list, h.Own.Rules, own)
	for i := range h.Roles {
		list = appendRules(list, h.Roles[i].Grants.Rules, "ROLE "+h.Roles[i].Role)
	}
	return list
}

// appendRules adds what is granted and denied on labels, types and properties.
func appendRules(list []Line, rules []auth.Rule, to string) []Line {
	for i := range rules {
		r := &rules[i]
		what := describeTarget(r)
		if r.Granted != 0 {
			list = append(list, Line{describeActions(r, r.Granted) + " " + what, "GRANT", describePermission(r) + " GRANTED TO " + to})
		}
		if r.Denied != 0 {
			list = append(list, Line{describeActions(r, r.Denied) + " " + what, "DENY", describePermission(r) + " DENIED TO " + to})
		}
	}
	return list
}

// describeActions names actions, with the properties that they are about.
func describeActions(r *auth.Rule, a auth.Actions) string {
	switch r.Scope {
	case auth.OneProperty:
		return withKeys(a, ast.NameString(r.Property))
	case auth.EveryProperty:
		return withKeys(a, "*")
	case auth.Itself:
	}
	whole := auth.EveryAction
	if r.Subject == auth.Edges {
		whole = auth.EveryEdgeAction
	}
	if a == r.Denied && a == whole {
		return "NOTHING"
	}
	return a.String()
}

func withKeys(a auth.Actions, keys string) string {
	names := a.Names()
	for i := range names {
		names[i] += " {" + keys + "}"
	}
	return strings.Join(names, ", ")
}

// describeTarget names what a rule is on.
func describeTarget(r *auth.Rule) string {
	names := make([]string, len(r.Names))
	for i, n := range r.Names {
		names[i] = ":" + ast.NameString(n)
	}
	switch {
	case len(names) == 0 && r.Subject == auth.Edges:
		return "ON ALL EDGE_TYPES"
	case len(names) == 0:
		return "ON ALL LABELS"
	case r.Subject == auth.Edges:
		return "ON EDGES OF TYPE " + strings.Join(names, ", ")
	case r.Exactly:
		return "ON NODES CONTAINING LABELS " + strings.Join(names, ", ") + " MATCHING EXACTLY"
	}
	return "ON NODES CONTAINING LABELS " + strings.Join(names, ", ") + " MATCHING ANY"
}

// describePermission names the kind of a rule.
func describePermission(r *auth.Rule) string {
	text := "LABEL PERMISSION"
	if r.Subject == auth.Edges {
		text = "EDGE_TYPE PERMISSION"
	}
	if r.Scope != auth.Itself {
		text = "PROPERTY PERMISSION"
	}
	if len(r.Names) == 0 {
		return "GLOBAL " + text
	}
	return text
}
