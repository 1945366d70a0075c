// Package risk scores work and says when it is due.
package risk
