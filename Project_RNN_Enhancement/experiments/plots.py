"""The pictures that experiments save, drawn without a display."""


def learning_curve(history, path):
    """Draws losses and the validation word error rate over training steps.

    Args:
      history: list of dicts with `step`, `train_loss`, `valid_loss` (nats per phone) and
        `valid_wer` (a fraction).
      path: PNG file to write.
    """
    steps = [row["step"] for row in history]
    figure, loss_axes = _figure(8, 4.5)
    loss_axes.plot(steps, [row["train_loss"] for row in history], label="training loss")
    loss_axes.plot(steps, [row["valid_loss"] for row in history], label="validation loss")
    loss_axes.set_xlabel("training steps")
    loss_axes.set_ylabel("loss (nats per phone)")
    loss_axes.set_ylim(bottom=0)
    wer_axes = loss_axes.twinx()
    wer_axes.plot(steps, [100 * row["valid_wer"] for row in history], "k--", label="validation WER")
    wer_axes.set_ylabel("word error rate (%)")
    wer_axes.set_ylim(0, 100)
    lines = loss_axes.get_lines() + wer_axes.get_lines()
    loss_axes.legend(lines, [line.get_label() for line in lines])
    _save(figure, path)


def comparison(results, curves, path):
    """Draws curves over training steps, one panel for each, one colour for each variant.

    Args:
      results: list of trials' results; each has `variant` and `history`, a list of dicts with
        `step` and the curves' metrics.
      curves: list of objects with `metric`, `label`, `baselines` (dict of label: value) and `log`.
      path: PNG file to write.
    """
    figure, axes = _figure(8, 4 * len(curves), len(curves), 1)
    variants = []
    for result in results:
        if result["variant"] not in variants:
            variants.append(result["variant"])
    for panel, curve in zip(list(axes.flat) if len(curves) > 1 else [axes], curves):
        labelled = set()
        for result in results:
            rows = [row for row in result["history"] if curve.metric in row]
            variant = result["variant"]
            panel.plot([row["step"] for row in rows], [row[curve.metric] for row in rows],
                       color="C%d" % (variants.index(variant) % 10), linewidth=1,
                       linestyle="-" if variants.index(variant) < 10 else "--",
                       label=None if variant in labelled else variant)
            labelled.add(variant)
        for label, value in sorted(curve.baselines.items()):
            panel.axhline(value, color="grey", linestyle=":")
            panel.annotate(label, (0.01, value), xycoords=("axes fraction", "data"), fontsize=8,
                           verticalalignment="bottom", color="grey")
        if curve.log:
            panel.set_yscale("log")
        panel.set_xlabel("training steps")
        panel.set_ylabel(curve.label)
        panel.legend(fontsize=8)
    _save(figure, path)


def lines(panels, across_label, path):
    """Draws numbers over other numbers, in panels below each other.

    Args:
      panels: list of (across, series, label, marks, log): a list of numbers, a dict from a name to
        a list of numbers as long, the axis label, a dict from a label to where to draw a vertical
        line, and whether the axis is logarithmic.
      across_label: what is drawn across, in all panels.
      path: PNG file to write.
    """
    figure, axes = _figure(8, 4 * len(panels), len(panels), 1)
    for panel, (across, series, label, marks, log) in zip(
            list(axes.flat) if len(panels) > 1 else [axes], panels):
        for name, values in sorted(series.items()):
            panel.plot(across, values, linewidth=1, label=name)
        for name, place in sorted(marks.items()):
            panel.axvline(place, color="grey", linestyle=":", label=name)
        if log:
            panel.set_yscale("log")
        panel.set_xlabel(across_label)
        panel.set_ylabel(label)
        panel.legend(fontsize=8)
    _save(figure, path)


def attention(examples, path, words=False):
    """Draws where the decoder looked while it produced each phone, one panel per word.

    Args:
      examples: list of (letters, phones, weights); `weights` is [phones, letters], of fractions.
      path: PNG file to write.
      words: True: words instead of letters and of phones, and sentences instead of words.
    """
    columns = min(2, len(examples))
    rows = -(-len(examples) // columns)
    figure, axes = _figure(5 * columns, 4.5 * rows, rows, columns)
    panels = list(axes.flat) if len(examples) > 1 else [axes]
    for panel in panels:
        panel.set_axis_off()
    for panel, (letters, phones, weights) in zip(panels, examples):
        panel.set_axis_on()
        panel.imshow(weights, cmap="Greys", vmin=0, vmax=1, aspect="auto")
        panel.set_xticks(range(len(letters)))
        panel.set_xticklabels(letters, rotation=90 if words else 0)
        panel.set_yticks(range(len(phones)))
        panel.set_yticklabels(phones)
        if not words:
            panel.set_title("".join(letters))
    figure.suptitle("attention: %s read (across) for each %s produced (down)"
                    % (("word", "word") if words else ("letter", "phone")))
    _save(figure, path)


def _figure(width, height, rows=1, columns=1):
    # Imported here, so that decoding works without matplotlib; Agg because there may be no display.
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    return pyplot.subplots(rows, columns, figsize=(width, height))


def _save(figure, path):
    from matplotlib import pyplot
    figure.tight_layout(rect=(0, 0, 1, 0.97))
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
