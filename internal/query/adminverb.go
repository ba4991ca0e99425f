package query

import (
	"context"

	"memgraphd/internal/query/ast"
	"memgraphd/internal/query/failure"
	"memgraphd/internal/storage/value"
)

// adminVerb is how one statement without operands is carried out.
type adminVerb struct {
	alone string // what the message calls it where it may not run in an explicit transaction; lists may
	run   func(ctx context.Context, s *Session, st *ast.Admin, params value.Value) (table, error)
}

// adminVerbs lists the statements without operands. It is never written to.
var adminVerbs = map[ast.AdminVerb]adminVerb{
	ast.CreateSnapshot:          {"Creating snapshots", plain(createSnapshot)},
	ast.ShowSnapshots:           {"", plain(showSnapshots)},
	ast.ShowNextSnapshot:        {"", plain(showNextSnapshot)},
	ast.LockDataDirectory:       {"Locking paths", plain(lockDirectory)},
	ast.UnlockDataDirectory:     {"Locking paths", plain(unlockDirectory)},
	ast.DataDirectoryLockStatus: {"", plain(lockStatus)},
	ast.ShowIndexInfo:           {"", plain(showIndexInfo)},
	ast.ShowConstraintInfo:      {"", plain(showConstraintInfo)},
	ast.ShowStorageInfo:         {"", showStorageInfoOf},
	ast.ShowRecoveryInfo:        {"", plain(showRecoveryInfo)},
	ast.ShowVersion:             {"", plain(showVersion)},
	ast.ShowBuildInfo:           {"", plain(showBuildInfo)},
	ast.ShowConfig:              {"", plain(showConfig)},
	ast.ShowTransactions:        {"", plain(showTransactions)},
	ast.FreeMemory:              {"Free memory query", plain(freeMemory)},
	ast.ShowDatabase:            {"", plain(showDatabase)},
	ast.ShowEnums:               {"", plain(showEnums)},
	ast.ShowDescriptions:        {"", plain(showDescriptions)},
	ast.ShowMetricsInfo:         {"", plain(showMetrics)},
	ast.ShowDatabaseSettings:    {"", plain(showSettings)},
	ast.ReloadTLS:               {"Reloading TLS", plain(reloadTLS)},
	ast.ShowUsers:               {"", plain(showUsers)},
	ast.ShowRoles:               {"", plain(showRoles)},
	ast.ShowCurrentUser:         {"", plain(showCurrentUser)},
	ast.ShowCurrentRole:         {"", plain(showCurrentRole)},
	ast.ShowActiveUsers:         {"", plain(showActiveUsers)},
	ast.ShowIndexes:             {"", listed(listIndexes)},
	ast.ShowConstraints:         {"", listed(listConstraints)},
	ast.ShowFunctions:           {"", listed(listFunctions)},
	ast.ShowProcedures:          {"", listed(listProcedures)},
	ast.ShowSettings:            {"", listed(listSettings)},
	ast.ShowDatabases:           {"", listed(listDatabases)},
	ast.ShowNamedDatabase:       {"", listed(listNamedDatabase)},
	ast.ShowNodeLabelsInfo:      {"", listed(listLabels)},
	ast.ShowEdgeTypesInfo:       {"", listed(listTypes)},
	ast.ShowVectorIndexInfo:     {"", listed(listVectorIndexes)},
	ast.ShowTriggers:            {"", listed(listTriggers)},
	ast.ShowStreams:             {"", listed(listStreams)},
	ast.ShowReplicas:            {"", listed(listReplicas)},
	ast.ShowReplicationRole:     {"", listed(showReplicationRole)},
	ast.ShowLicenseInfo:         {"", listed(showLicense)},
	ast.ShowMemoryInfo:          {"", listed(showMemory)},
	ast.ShowSchemaInfo:          {"", showSchemaInfo},
}

// plain is a statement that is only its words.
func plain(run func(ctx context.Context, s *Session) (table, error)) func(context.Context, *Session, *ast.Admin, value.Value) (table, error) {
	return func(ctx context.Context, s *Session, _ *ast.Admin, _ value.Value) (table, error) { return run(ctx, s) }
}

// listed is a statement that shows a list, or a part of one.
func listed(run func(s *Session, st *ast.Admin, params value.Value) (table, error)) func(context.Context, *Session, *ast.Admin, value.Value) (table, error) {
	return func(_ context.Context, s *Session, st *ast.Admin, params value.Value) (table, error) {
		return run(s, st, params)
	}
}

// administer carries out a statement without operands.
func (s *Session) administer(ctx context.Context, r *Result, st *ast.Admin, params value.Value) error {
	a := adminVerbs[st.Verb]
	if a.run == nil {
		return failure.New(failure.DatabaseError, failure.Runtime, "InternalError", "statement %d is not handled", st.Verb)
	}
	if a.alone != "" {
		if err := s.outsideTransaction(a.alone, st); err != nil {
			return err
		}
	}
	t, err := a.run(ctx, s, st, params)
	if err != nil {
		if failure.Of(err) != nil {
			return failure.Of(err).At(st.At)
		}
		return err
	}
	r.answer(t)
	return nil
}
