package ast

import (
	"strconv"

	"memgraphd/internal/storage/value"
)

// enumStatement writes a statement about an enum.
func (p *printer) enumStatement(s *EnumStatement) {
	switch s.Verb {
	case CreateEnum:
		p.put("CREATE ENUM ")
		p.name(s.Enum)
		p.put(" VALUES { ")
		for i, v := range s.Values {
			if i > 0 {
				p.put(", ")
			}
			p.name(v)
		}
		p.put(" }")
		return
	case DropEnum:
		p.put("DROP ENUM ")
		p.name(s.Enum)
		return
	case AddEnumValue, UpdateEnumValue, RemoveEnumValue:
	}
	p.put("ALTER ENUM ")
	p.name(s.Enum)
	switch s.Verb {
	case AddEnumValue:
		p.put(" ADD VALUE ")
	case UpdateEnumValue:
		p.put(" UPDATE VALUE ")
	case RemoveEnumValue:
		p.put(" REMOVE VALUE ")
	case CreateEnum, DropEnum:
	}
	for i, v := range s.Values {
		if i > 0 {
			p.put(" TO ")
		}
		p.name(v)
	}
}

// descriptionStatement writes SET or DELETE DESCRIPTION.
func (p *printer) descriptionStatement(s *DescriptionStatement) {
	if s.Drop {
		p.put("DELETE DESCRIPTION ON ")
	} else {
		p.put("SET DESCRIPTION ON ")
	}
	p.target(&s.Target, p.targetValue)
	if !s.Drop {
		p.put(" ", quote(s.Text))
	}
}

// settingStatement writes SET or SHOW DATABASE SETTING.
func (p *printer) settingStatement(s *SettingStatement) {
	if s.Value == nil {
		p.put("SHOW DATABASE SETTING ")
		p.expr(s.Name)
		return
	}
	p.put("SET DATABASE SETTING ")
	p.expr(s.Name)
	p.put(" TO ")
	p.expr(s.Value)
}

// sessionStatement writes SET or RESET SESSION.
func (p *printer) sessionStatement(s *SessionStatement) {
	switch {
	case s.Name == nil && s.Trace:
		p.put("SET SESSION TRACE ON")
	case s.Name == nil:
		p.put("SET SESSION TRACE OFF")
	case s.Value == nil:
		p.put("RESET SESSION SETTING ")
		p.expr(s.Name)
	default:
		p.put("SET SESSION SETTING ")
		p.expr(s.Name)
		p.put(" TO ")
		p.expr(s.Value)
	}
}

// standingStatement writes STORAGE MODE, SET … ISOLATION LEVEL or USE DATABASE.
func (p *printer) standingStatement(s *StandingStatement) {
	switch {
	case s.Scope != "":
		p.put("SET ", s.Scope, " TRANSACTION ISOLATION LEVEL ", s.Level)
	case s.Database != nil:
		p.put("USE DATABASE ")
		p.expr(s.Database)
	default:
		p.put("STORAGE MODE IN_MEMORY_TRANSACTIONAL")
	}
}

// backupStatement writes BACKUP DATABASE or SHOW BACKUPS.
func (p *printer) backupStatement(s *BackupStatement) {
	if s.Show {
		p.put("SHOW BACKUPS")
		if s.Location != nil {
			p.put(" FROM ")
			p.expr(s.Location)
		}
		return
	}
	p.put("BACKUP DATABASE TO ")
	p.expr(s.Location)
	if s.Incremental {
		p.put(" INCREMENTAL")
	}
}

// recoverSnapshot writes RECOVER SNAPSHOT.
func (p *printer) recoverSnapshot(s *RecoverSnapshot) {
	p.put("RECOVER SNAPSHOT ")
	p.expr(s.Source)
	if s.Config != nil {
		p.put(" WITH CONFIG ")
		p.expr(s.Config)
	}
	if s.Force {
		p.put(" FORCE")
	}
}

// String returns t as it is written, which tells the targets apart. Catalogues have it as the name of
// the description, so it stays as it is: negative numbers stand in brackets here.
func (t *DescriptionTarget) String() string {
	var p printer
	p.target(t, p.literal)
	return p.b.String()
}

func (p *printer) target(t *DescriptionTarget, put func(*Literal)) {
	p.put(t.Kind.String(), " ")
	switch {
	case t.Pattern:
		p.put("(")
		p.colons(t.Start)
		p.put(")-[")
		p.colons(t.Names)
		p.put("]->(")
		p.colons(t.End)
		p.put(")")
	case t.Kind == DescribeDatabase:
		p.name(t.Names[0])
	default:
		p.colons(t.Names)
	}
	switch t.Kind {
	case DescribeLabelProperty, DescribeTypeProperty:
		p.put("(")
		p.name(t.Property)
		p.put(")")
	case DescribeProperty:
		p.name(t.Property)
		if t.Value != nil {
			p.put(" VALUE ")
			put(t.Value)
		}
	case DescribeLabel, DescribeType, DescribeDatabase:
	}
}

// targetValue writes a constant; a negative number has no brackets there.
func (p *printer) targetValue(l *Literal) {
	if l.Value.Kind() == value.KindInt {
		p.put(strconv.FormatInt(l.Value.AsInt(), 10))
		return
	}
	p.literal(l)
}

func (p *printer) colons(names []Name) {
	for _, n := range names {
		p.put(":")
		p.name(n)
	}
}
