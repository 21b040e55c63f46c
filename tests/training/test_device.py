"""How a job uses its machine: memory that it keeps, and a GPU where there is one."""

import os
import subprocess
import sys

import pytest
import torch

from aepipe.errors import AepipeError
from aepipe.training.device import device_named

FAULTS = """
import ctypes, resource, sys, torch
from aepipe.training.adam import Adam
from aepipe.models.vanilla import Vanilla
from aepipe.training.device import use_one_core
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: a huge page comes with one fault instead of 512
torch.set_num_threads(1)
if sys.argv[1] == "kept":
    use_one_core()
model = Vanilla((32, 32), 20, encoder_widths=[341, 113], decoder_widths=[113, 341])
adam, images = Adam(model.parameters(), 1e-3), torch.rand(1000, 1024)

def steps(count):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(count):
        model.losses(images)["reconstruction"].backward()
        adam.step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / count

steps(40)
print(steps(20))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_a_training_step_takes_no_new_pages_from_the_system() -> None:
    # the thresholds that the C library begins with; by itself it raises them at times, and at times does not
    first = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}

    def faults(how: str) -> float:
        command = [sys.executable, "-c", FAULTS, how]
        done = subprocess.run(command, env=os.environ | first, capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert faults("kept") < 200
    assert faults("as it was") > 500


def test_auto_is_the_gpu_where_there_is_one() -> None:
    assert device_named("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert device_named("cpu").type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_missing_is_said_to_be() -> None:
    with pytest.raises(AepipeError, match=r"training\.device is cuda, but PyTorch finds no GPU: set it to auto"):
        device_named("cuda")
