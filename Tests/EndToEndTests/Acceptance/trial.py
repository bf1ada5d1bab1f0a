"""A trial of the acceptance suite: ends as `optimizationjob trainer-sim` says, and reports as Trainer's Progress API asks."""
import datetime
import json
import os
import ssl
import sys
import time
import urllib.request

PREFIX = "KUBEFLOW_TRAINER_OPT_"
parameters = {name[len(PREFIX):]: value for name, value in os.environ.items() if name.startswith(PREFIX)}
time.sleep(float(parameters.pop("SECONDS", "0")))
code = int(parameters.pop("EXIT_CODE", "0"))
if code != 0:
    sys.exit(code)

loss = 0.0
for value in parameters.values():
    try:
        loss += float(value) ** 2
    except ValueError:
        pass  # a text counts for nothing

with open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"], encoding="ascii") as file:
    token = file.read().strip()
report = {
    "trainerStatus": {
        "progressPercentage": 100,
        "metrics": [{"name": "loss", "value": repr(loss)}],
        "lastUpdatedTime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
}
request = urllib.request.Request(
    os.environ["KUBEFLOW_TRAINER_SERVER_URL"],
    data=json.dumps(report).encode(),
    headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
    method="POST",
)
context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
urllib.request.urlopen(request, timeout=30, context=context).close()
