// Package access is where the rights of users meet statements and the graph: what a statement
// needs before it may run (Needs), what of the graph it may see and change (Policy), what GRANT,
// DENY and REVOKE change (ChangeOf), and how SHOW PRIVILEGES tells of it (List).
//
// It decides and carries out nothing: who the user is, is known to the session, rights are kept
// by package auth, and a policy is asked by the guard of a storage transaction.
package access
