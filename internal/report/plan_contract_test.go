package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// planContract are the keys that `plan --format json` always has, by the path of
// their object; [] is any element of a list.
var planContract = map[string]string{
	"":                                  "asOf commit scheduleDigest objective plans granted change",
	"objective":                         "missedRisk lowerBound exposureRiskHours",
	"plans[]":                           "client plan zone waves placements unplaced excluded cost notices mergeBy slaBreaches remarks",
	"plans[].waves[]":                   "name assets placed stragglers gateOpens plannedStart plannedEnd",
	"plans[].placements[]":              "asset wave window occurrence start end startLocal endLocal patches risk due notified moved binding rejected",
	"plans[].placements[].rejected[]":   "window start code by count",
	"plans[].unplaced[]":                "asset code by needs has due tried counterfactual sameAs",
	"plans[].unplaced[].tried[]":        "window start code by count",
	"plans[].unplaced[].counterfactual": "document path from to text places verified",
	"plans[].excluded[]":                "asset code by",
	"plans[].cost":                      "currency amount",
	"plans[].notices[]":                 "contact channels phone window occurrence assets sendBy",
	"plans[].slaBreaches[]":             "asset due placedEnd",
	"plans[].remarks[]":                 "id wave text",
	"plans[].unplaced[].counterfactual.places": "window start",
}

// TestPlanJSONKeepsItsContract: every key is there in every object, also where it
// has nothing to say; a list is never null.
func TestPlanJSONKeepsItsContract(t *testing.T) {
	bare := Plan{
		Input: &rollout.Input{AsOf: fixtureAsOf},
		Schedule: &rollout.Schedule{AsOf: fixtureAsOf, Plans: []rollout.PlanSchedule{{
			Client: "acme", Plan: "p", Waves: []rollout.WaveSchedule{{}}, Placements: []rollout.Placement{{Rejected: []rollout.Rejection{{}}}},
			Unplaced: []rollout.Unplaced{{Tried: []rollout.Rejection{{}}, Counterfactual: &rollout.Counterfactual{}}}, Excluded: []rollout.Excluded{{}},
			Notices: []rollout.Notice{{}}, Breaches: []rollout.Breach{{}}, Remarks: []rollout.Remark{{}},
		}, {Client: "acme", Plan: "q"}}},
	}
	seen := map[string]bool{}
	for _, p := range []Plan{smallPlan(t), bare} {
		var value any
		if err := json.Unmarshal(planned(t, "json", p, Options{}), &value); err != nil {
			t.Fatal(err)
		}
		contract(t, value, "", seen)
	}
	for path := range planContract {
		if !seen[path] {
			t.Errorf("no example has %q", path)
		}
	}
}

func contract(t *testing.T, value any, path string, seen map[string]bool) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		seen[path] = true
		for key := range strings.FieldsSeq(planContract[path]) {
			if _, has := v[key]; !has {
				t.Errorf("%q has no key %s", path, key)
			}
		}
		for key, field := range v {
			contract(t, field, strings.TrimPrefix(path+"."+key, "."), seen)
		}
	case []any:
		for _, element := range v {
			contract(t, element, path+"[]", seen)
		}
	case nil:
		for list := range strings.FieldsSeq("plans waves placements unplaced excluded notices slaBreaches remarks rejected tried patches channels") {
			if strings.HasSuffix(path, "."+list) || path == list {
				t.Errorf("%q is null, wanted a list", path)
			}
		}
	}
}
