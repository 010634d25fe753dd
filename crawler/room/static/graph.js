// The stories around a story: springs and repulsion on plain SVG, 300 nodes at most.
"use strict";
(async () => {
  const box = document.querySelector(".graph");
  if (!box) return;
  const answer = await fetch(box.dataset.source);
  if (!answer.ok) return;
  const { nodes, ties } = await answer.json();
  if (nodes.length < 2) return;
  box.hidden = false;
  const hint = document.querySelector(".graph-hint");
  if (hint) hint.hidden = false;
  const asked = hint ? hint.textContent : "";
  // as many units as there are pixels, so that names can be read on a phone, too
  const width = Math.max(320, Math.min(1000, box.clientWidth)), height = width < 600 ? width : 640;
  const scale = Math.sqrt(width * height / 640000), longest = width < 600 ? 18 : 34;
  const svgns = "http://www.w3.org/2000/svg";
  const make = (name, parent, attributes) => {
    const it = document.createElementNS(svgns, name);
    for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
    parent.append(it);
    return it;
  };
  const svg = make("svg", box, { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": box.dataset.label });
  const lines = make("g", svg, { class: "ties" }), points = make("g", svg, {});
  // a place for each that is the same each time
  nodes.forEach((node, i) => {
    const angle = i * 2.399963, far = node.steps === 0 ? 0 : (90 * node.steps + Math.sqrt(i) * 9) * scale;
    node.x = width / 2 + Math.cos(angle) * far * 1.3;
    node.y = height / 2 + Math.sin(angle) * far;
    node.vx = node.vy = 0;
    node.r = node.steps === 0 ? 11 : 4 + Math.min(6, Math.sqrt(node.weight || 0) * 1.2);
  });
  const springs = ties.map(([a, b, relation]) => ({ a: nodes[a], b: nodes[b], relation }));
  // one path for all lines of a relation: a thousand elements would be a thousand changes a frame
  const paths = [...new Set(springs.map((each) => each.relation))].map((relation) => ({
    path: make("path", lines, { class: `tie ${relation}` }),
    springs: springs.filter((each) => each.relation === relation),
  }));
  for (const node of nodes) {
    const group = make("g", points, { class: `node s${node.steps}${node.href ? "" : " missing"}` });
    make("circle", group, { r: node.r });
    const title = make("title", group, {});
    title.textContent = node.title + (node.day ? `, ${node.day}` : "");
    if (node.steps < 2 && nodes.length < 120 || node.steps === 0) {
      const label = make("text", group, { x: node.r + 3, y: 4 });
      node.label = label;
      label.textContent = node.title.length > longest ? `${node.title.slice(0, longest - 2)}…` : node.title;
    }
    node.group = group;
    let moved = 0;
    group.addEventListener("pointerenter", () => { if (hint) hint.textContent = title.textContent; });
    group.addEventListener("pointerleave", () => { if (hint) hint.textContent = asked; });
    group.addEventListener("pointerdown", (event) => {
      group.setPointerCapture(event.pointerId);
      node.held = true; moved = 0;
      event.preventDefault();
    });
    group.addEventListener("pointermove", (event) => {
      if (!node.held) return;
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      moved += Math.hypot(at.x - node.x, at.y - node.y);
      node.x = at.x; node.y = at.y; node.vx = node.vy = 0;
      warm(0.3);
    });
    const drop = () => { node.held = false; };
    group.addEventListener("pointerup", () => {
      drop();
      if (moved < 4 && node.href) location.href = node.href;
    });
    group.addEventListener("pointercancel", drop);
  }
  // few stories stand far apart, so that their names can be read
  const apart = Math.max(70, 230 - nodes.length * 2.2) * scale, push0 = (nodes.length < 60 ? 5200 : 1500) * scale * scale;
  let heat = 0, running = false;
  const tick = () => {
    for (let i = 0; i < nodes.length; i++) {
      const p = nodes[i];
      for (let j = i + 1; j < nodes.length; j++) {
        const q = nodes[j];
        let dx = p.x - q.x, dy = p.y - q.y;
        const square = dx * dx + dy * dy + 0.01;
        if (square > 160000) continue;
        const push = push0 * 3 * heat / (square * Math.sqrt(square));
        dx *= push; dy *= push;
        p.vx += dx; p.vy += dy; q.vx -= dx; q.vy -= dy;
      }
      p.vx += (width / 2 - p.x) * 0.004 * heat;
      p.vy += (height / 2 - p.y) * 0.008 * heat;
    }
    for (const { a, b } of springs) {
      const dx = b.x - a.x, dy = (b.y - a.y) * 1.15, far = Math.hypot(dx, dy) || 1;
      const pull = (far - apart) / far * 0.05 * heat;
      a.vx += dx * pull; a.vy += dy * pull; b.vx -= dx * pull; b.vy -= dy * pull;
    }
    for (const node of nodes) {
      if (!node.held && node.steps > 0) {
        node.x = Math.max(12, Math.min(width - 12, node.x + Math.max(-18, Math.min(18, node.vx))));
        node.y = Math.max(12, Math.min(height - 12, node.y + Math.max(-18, Math.min(18, node.vy))));
      }
      node.vx *= 0.7; node.vy *= 0.7;
    }
    heat *= 0.985;
  };
  const draw = () => {
    for (const { path, springs: its } of paths) {
      path.setAttribute("d", its.map(({ a, b }) => `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`).join(""));
    }
    for (const node of nodes) {
      node.group.setAttribute("transform", `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
      // names lean inwards, so that none is cut off
      const left = node.x > width * 0.7;
      if (node.label && node.left !== left) {
        node.left = left;
        node.label.setAttribute("text-anchor", left ? "end" : "start");
        node.label.setAttribute("x", left ? -node.r - 3 : node.r + 3);
      }
    }
  };
  // Many stories find their places before they are seen, and stay there but for the one that is
  // dragged: moving all of them is more than slow machines draw without stutter.
  const still = nodes.length > 120 || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const frame = () => {
    running = false;
    if (!still) tick();
    draw();
    if (!still && heat > 0.02) warm(0);
  };
  const warm = (much) => {
    heat = Math.max(heat, much);
    if (!running) { running = true; requestAnimationFrame(frame); }
  };
  const settle = () => {
    const end = performance.now() + 12;
    while (heat > 0.02 && performance.now() < end) tick();
    if (heat > 0.02) { setTimeout(settle); return; }
    draw();
    box.dataset.ready = "yes";
  };
  heat = 1;
  if (still) settle();
  else { warm(1); box.dataset.ready = "yes"; }
})();
