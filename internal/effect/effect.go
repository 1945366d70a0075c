// Package effect says what a change would allow.
package effect
