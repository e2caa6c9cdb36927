"""The process of one trial, which `comparison` starts.

Arguments: experiment, preset, variant, seed, folder, steps, threads, and the user's data if they gave any.
"""
import sys

from Project_RNN_Enhancement.experiments import commands, trials


def main(argv):
    """Runs the trial; returns the exit status."""
    name, preset, variant, seed, folder, max_steps, threads = argv[:7]

    def run():
        experiment = commands.load(name)
        if argv[7:]:
            experiment = experiment.with_data(argv[7])
        trials.run(experiment, preset, variant, int(seed), folder,
                   int(max_steps), int(threads), progress=False)

    return commands.guarded(name, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
