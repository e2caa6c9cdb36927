"""The process of one trial, which `comparison` starts.

Arguments: experiment, preset, variant, seed, folder, steps, threads.
"""
import sys

from Project_RNN_Enhancement.experiments import commands, trials


def main(argv):
    """Runs the trial; returns the exit status."""
    name, preset, variant, seed, folder, max_steps, threads = argv

    def run():
        trials.run(commands.load(name), preset, variant, int(seed), folder,
                   int(max_steps), int(threads), progress=False)

    return commands.guarded(name, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
