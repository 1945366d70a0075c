package patchops.retention.minimum_test

import data.patchops.retention.minimum

found(class, keep) := result if {
	result := minimum.deny with input as {"spec": {"classes": [{"class": "feeds", "keep": "P1D"}, {"class": class, "keep": keep}]}}
		with data.parameters as {"retention/minimum": {"records": "P10D", "problems": "P20D", "evidence": "P30D"}}
}

test_too_short if {
	found("records", "P9D") == {{
		"path": ["spec", "classes", 1, "keep"],
		"message": "records are kept for P9D, at least P10D is wanted",
		"hint": "keep them longer",
	}}
	count(found("problems", "P19D")) == 1
	count(found("evidence", "P29D")) == 1
}

test_long_enough if {
	count(found("records", "P10D")) == 0
	count(found("problems", "P20D")) == 0
	count(found("evidence", "P30D")) == 0
}

test_other_classes if count(found("output", "P1D")) == 0
