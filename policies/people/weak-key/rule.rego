# METADATA
# title: Keys are strong
# description: An RSA key of less than 2048 bits can be broken by those who want to approve in somebody's name.
# scope: package
# schemas:
#   - input: schema.Person
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-53r5 IA-5", "NIST SP 800-53r5 SC-12", "ISO/IEC 27001:2022 A.8.24", "PCI DSS 4.0.1 8.3.2"]
package patchops.people.weak_key

deny contains {
	"path": ["spec", "signingKeys", i],
	"message": "an RSA key of less than 2048 bits",
	"hint": "replace it by an ed25519 key",
} if {
	some i, key in input.spec.signingKeys
	startswith(key, "ssh-rsa ")
	count(split(key, " ")[1]) < least
}

# least is the characters of the shortest public key of 2048 bits in base64: 277
# bytes of them are its type, exponent and modulus with their lengths.
least := 370
