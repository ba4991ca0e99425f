// Package token holds the words of Cypher and their places in a query's text.
package token
