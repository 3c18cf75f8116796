"""What is asked of an application in its page, in JavaScript."""

READY = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.context;
    return context?.isReady && context.sessionContext.session?.kernel?.status === "idle"
        && window.jupyterapp.commands.hasCommand("notebook:run-cell");
}"""
START = """([name, settings, cell]) => {
    const app = window.jupyterapp;
    if (cell !== null) app.shell.currentWidget.content.activeCellIndex = cell;
    window.cmEnded = false;
    app.commands.execute(name, settings).finally(() => { window.cmEnded = true; });
}"""
ASK = """async (expression) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    const reply = await kernel.requestExecute(
        { code: "import json as _json", silent: true, user_expressions: { x: `_json.dumps(${expression})` } }
    ).done;
    const { data, evalue } = reply.content.user_expressions.x;
    return data ? data["text/plain"] : Promise.reject(new Error(evalue));
}"""
# The application lays itself out some time after a resize, and hides all it has for a frame when its theme changes:
# wait for another width than an old one (or 2 s), and for the panel to be there and to keep its size.
SETTLED = """(panel, old) => new Promise((resolve) => {
    const begin = performance.now();
    let [size, frames] = [null, 0];
    const look = () => {
        const { width, height } = panel.getBoundingClientRect();
        frames = height > 0 && width === size?.width && height === size.height ? frames + 1 : 0;
        size = { width, height };
        const isNew = width !== old || performance.now() - begin > 2000;
        if (isNew && frames >= 12) resolve(size);
        else requestAnimationFrame(look);
    };
    look();
})"""
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"
KERNEL = """() => {
    const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel;
    return kernel && !kernel.isDisposed && kernel.status !== "dead" ? kernel.id : null;
}"""
# `_noref` keeps Notebook 7 from opening another page.
OPEN = """async ([path, kernel]) => {
    const options = { path, factory: "Notebook", options: { ref: "_noref" }, ...(kernel && { kernel: { id: kernel } }) };
    await window.jupyterapp.commands.execute("docmanager:open", options);
}"""
DISPOSE = "() => window.jupyterapp.shell.currentWidget.dispose()"
# By a connection that leaves the messages of widgets alone: they are those of the notebook.
EXECUTE = """async ([kernel, code]) => {
    const connection = window.jupyterapp.serviceManager.kernels.connectTo({ model: { id: kernel }, handleComms: false });
    const { content } = await connection.requestExecute({ code, silent: true }).done;
    connection.dispose();
    if (content.status !== "ok") throw new Error(content.evalue);
}"""
