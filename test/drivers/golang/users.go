package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// users logs in as others: wrongly, and for one session after the other over the same pool,
// which takes LOGOFF and LOGON.
func (d *drive) users(ctx context.Context) error {
	other, password := os.Getenv("DRIVE_OTHER"), os.Getenv("DRIVE_PASSWORD")
	if strings.HasPrefix(d.uri, "bolt://") || strings.HasPrefix(d.uri, "neo4j+s://") { // or guessing is stopped
		if err := d.wrongly(ctx, neo4j.BasicAuth(other, "not-"+password, "")); err != nil {
			return err
		}
	}
	for range 3 {
		for _, name := range []string{os.Getenv("DRIVE_USER"), other} {
			if err := d.actAs(ctx, name, password); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrongly opens a driver that cannot log in.
func (d *drive) wrongly(ctx context.Context, token neo4j.AuthToken) (err error) {
	driver, err := neo4j.NewDriverWithContext(d.uri, token)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, driver.Close(ctx)) }()
	return coded(driver.VerifyConnectivity(ctx), "Neo.ClientError.Security.Unauthorized")
}

// actAs asks in a session of another user who that is.
func (d *drive) actAs(ctx context.Context, name, password string) (err error) {
	token := neo4j.BasicAuth(name, password, "")
	session := d.NewSession(ctx, neo4j.SessionConfig{Auth: &token})
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	result, err := session.Run(ctx, "SHOW CURRENT USER", nil)
	if err != nil {
		return err
	}
	record, err := result.Single(ctx)
	if err == nil && record.Values[0] != name {
		err = wrong("the session of %s belongs to %v", name, record.Values[0])
	}
	return err
}
