"""Checks the manifests in kubernetes/ for form: against the schemas of Kubernetes, and against the README.

`cargo xtask fleet` runs it, after it has installed requirements.txt. It needs no cluster. At the end it breaks a
manifest in several ways, and checks that each is detected.
"""

import copy
import pathlib
import re
import sys

import kubernetes_validate
import yaml

FLEET = pathlib.Path(__file__).parent
EXIT_CODES = FLEET.parent / "cli/src/exit_code.rs"

# The oldest version that has everything in many-files.yaml, and the newest that the validator knows.
KUBERNETES = ["1.33", "1.37"]

# The exit codes after which another try may help. Every other failure ends the Job, or the index.
RETRIED = {4, 8, 130}

POD = {
    ("restartPolicy",): "Never",
    ("automountServiceAccountToken",): False,
    ("securityContext", "runAsNonRoot"): True,
    ("securityContext", "seccompProfile", "type"): "RuntimeDefault",
}
CONTAINER = {
    ("securityContext", "allowPrivilegeEscalation"): False,
    ("securityContext", "readOnlyRootFilesystem"): True,
    ("securityContext", "capabilities", "drop"): ["ALL"],
    ("resources", "limits", "memory"): "64Mi",
    ("env",): None,
}


def main():
    failures = 0
    for path in sorted((FLEET / "kubernetes").glob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            found = problems(manifest)
            failures += len(found)
            print(f"{path.relative_to(FLEET)}: {'; '.join(found) or 'form ok'}")
    job = yaml.safe_load((FLEET / "kubernetes/job.yaml").read_text())
    for what, breakage in BREAKAGES.items():
        broken = copy.deepcopy(job)
        job_spec, pod = broken["spec"], broken["spec"]["template"]["spec"]
        breakage(job_spec, job_spec["podFailurePolicy"]["rules"][1], pod, pod["containers"][0])
        if not problems(broken):
            failures += 1
            print(f"check.py does not notice {what}")
    print(f"{len(BREAKAGES)} broken manifests tried; {failures} failures")
    return 1 if failures else 0


def problems(manifest):
    """Returns all errors of a manifest, one line each."""
    job = job_of(manifest)
    return schema_problems(manifest) or ([] if job is None else pod_problems(job) + exit_code_problems(job))


def job_of(manifest):
    spec = manifest["spec"]
    return {"Job": spec, "CronJob": spec.get("jobTemplate", {}).get("spec")}.get(manifest["kind"])


def schema_problems(manifest):
    found = []
    for version in KUBERNETES:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"Kubernetes {version}: {'.'.join(map(str, error.path))}: {error.message}")
    return found


def pod_problems(job):
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    found = differences("the pod", pod, POD) + differences("the container", container, CONTAINER)
    volumes = {volume["name"] for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        if mount["name"] not in volumes or not mount.get("readOnly"):
            found.append(f"the mount {mount['name']} is not there or not read-only")
    return found


def differences(whose, tree, wanted):
    found = []
    for path, value in wanted.items():
        there = tree
        for key in path:
            there = (there or {}).get(key)
        if there != value:
            found.append(f"{'.'.join(path)} of {whose} is {there}, not {value}")
    return found


def exit_code_problems(job):
    (container,) = job["template"]["spec"]["containers"]
    policy = job["podFailurePolicy"]["rules"]
    rules = [rule["onExitCodes"] for rule in policy if "onExitCodes" in rule]
    final = [code for rule in rules for code in rule["values"]]
    all_codes = {int(code) for code in re.findall(r"^    [A-Z]\w+ = (\d+),$", EXIT_CODES.read_text(), re.MULTILINE)}
    found = []
    if sorted(final) != sorted(all_codes - RETRIED - {0}):
        found.append(f"the codes that are final are {sorted(final)}; exit_code.rs has {sorted(all_codes)}")
    # Errors that the API server refuses and that the schemas do not describe.
    actions = {"Ignore", "Count", "FailJob"} | ({"FailIndex"} if "backoffLimitPerIndex" in job else set())
    found += [f"no such action: {rule['action']}" for rule in policy if rule["action"] not in actions]
    if any(rule["values"] != sorted(set(rule["values"])) for rule in rules):
        found.append("a rule's exit codes are not in order")
    if any(rule["containerName"] != container["name"] or rule["operator"] != "In" for rule in rules):
        found.append("a rule for exit codes is not about this container")
    return found


BREAKAGES = {
    "a misspelt field": lambda job, rule, pod, container: job.update(backofLimit=4),
    "a field of the wrong type": lambda job, rule, pod, container: job.update(backoffLimit="four"),
    "an action that there is not": lambda job, rule, pod, container: rule.update(action="GiveUp"),
    "an action for indexed jobs only": lambda job, rule, pod, container: rule.update(action="FailIndex"),
    "a missing container name": lambda job, rule, pod, container: container.pop("name"),
    "a login that is tried again": lambda job, rule, pod, container: rule["onExitCodes"]["values"].remove(6),
    "a lost server that is not": lambda job, rule, pod, container: rule["onExitCodes"]["values"].append(4),
    "a policy about another container": lambda job, rule, pod, container: container.update(name="other"),
    "a pod that restarts by itself": lambda job, rule, pod, container: pod.update(restartPolicy="OnFailure"),
    "a pod that runs as root": lambda job, rule, pod, container: pod["securityContext"].pop("runAsNonRoot"),
    "a root that can be written": lambda job, rule, pod, container: container["securityContext"].update(
        readOnlyRootFilesystem=False
    ),
    "capabilities that are kept": lambda job, rule, pod, container: container["securityContext"].pop("capabilities"),
    "no limit of memory": lambda job, rule, pod, container: container["resources"].pop("limits"),
    "a password in the environment": lambda job, rule, pod, container: container.update(
        env=[{"name": "FTP_PASSWORD", "value": "x"}]
    ),
    "a mount that can be written": lambda job, rule, pod, container: container["volumeMounts"][0].pop("readOnly"),
    "a mount of nothing": lambda job, rule, pod, container: pod["volumes"].pop(0),
}

if __name__ == "__main__":
    sys.exit(main())
