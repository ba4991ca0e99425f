package server

import (
	"errors"

	"go.uber.org/zap"

	"memgraphd/cmd/memgraphd/internal/settings"
	"memgraphd/internal/config"
	"memgraphd/internal/query"
	"memgraphd/internal/setting"
)

// loadSettings makes the table of settings and puts in force what is remembered.
func (s *server) loadSettings() {
	s.inForce.Take(s.cfg)
	s.database = setting.New(s.store, s.settingDefinitions(s.cfg))
	for _, r := range s.database.Load() {
		name := zap.String("setting", r.Name)
		overruled := new(setting.OverruledError)
		switch {
		case r.Err == nil:
			s.log.Info("setting "+r.Name+" is remembered", zap.String("value", r.Text))
		case errors.As(r.Err, &overruled):
			s.notices.Info("a remembered setting is not in force, because a flag was given", name,
				zap.String("value", r.Text), zap.String("flag", overruled.Given))
		default:
			s.notices.Warn("a remembered setting is not in force", name, zap.String("value", r.Text), zap.Error(r.Err))
		}
	}
	if s.cfg.Storage.WALEnabled && s.disk.Broken() == nil && s.disk.Schedule().Never() && !s.cfg.Storage.Snapshots.Never() {
		s.notices.Warn("the setting " + settings.Snapshots + " pauses snapshots: the log grows, and starting takes longer, until a snapshot is asked for")
	}
}

// settingDefinitions lists the settings, with the values that the flags of c gave them.
func (s *server) settingDefinitions(c *config.Config) []setting.Definition {
	return s.inForce.Definitions(c, settings.Owners{SetSchedule: s.disk.SetSchedule, SetLevel: s.logs.SetLevel, SetToStderr: s.logs.SetToStderr})
}

// settings are the rows of SHOW CONFIG.
func (s *server) settings() []query.Setting { return settings.Rows(s.shown.Load(), s.database) }
