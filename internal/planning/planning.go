// Package planning reads documents into what a rollout depends on.
package planning
