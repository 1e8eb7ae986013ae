// A small full-screen program as today's command-line assistants are made: a bordered input box, a spinner,
// streaming text in colours. It ends its animation by itself and waits for keys.
import process from 'node:process';
import React, {useEffect, useState} from 'react';
import {Box, Static, Text, render, useApp, useInput} from 'ink';

const h = React.createElement;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const WORDS = 'Reading the sources… 日本語 and 😀 are two cells wide. Then: a change of three lines, as a diff.'.split(' ');
const DIFF = [['red', '- return 1'], ['green', '+ return 2'], ['cyan', '@@ -1,3 +1,3 @@']];

function App() {
	const [typed, setTyped] = useState('');
	const [asked, setAsked] = useState([]);
	const [step, setStep] = useState(WORDS.length);
	const {exit} = useApp();
	useInput((input, key) => {
		if (key.escape) exit();
		else if (key.return) {
			setAsked([...asked, typed]);
			setTyped('');
			setStep(0);
		} else if (key.backspace || key.delete) setTyped(typed.slice(0, -1));
		else setTyped(typed + input);
	});
	const isBusy = step < WORDS.length;
	useEffect(() => {
		if (!isBusy) return;
		const timer = setTimeout(() => setStep(step + 1), 60);
		return () => clearTimeout(timer);
	}, [step, isBusy]);
	return h(React.Fragment, null,
		h(Static, {items: asked}, (item, at) => h(Text, {key: at, color: '#ff8800', bold: true}, `> ${item}`)),
		asked.length > 0 && h(Box, {flexDirection: 'column', marginBottom: 1},
			h(Text, {color: 'rgb(120,200,255)'}, WORDS.slice(0, step).join(' ')),
			!isBusy && h(Box, {flexDirection: 'column', borderStyle: 'single', borderColor: 'gray', paddingX: 1},
				...DIFF.map(([color, text]) => h(Text, {key: text, color}, text)))),
		isBusy && h(Text, {color: 'magenta'}, `${FRAMES[step % FRAMES.length]} `, h(Text, {italic: true}, 'Thinking…'), h(Text, {dimColor: true}, ' (esc to leave)')),
		h(Box, {borderStyle: 'round', borderColor: 'blueBright', paddingX: 1, width: '100%'},
			h(Text, null, '> ', typed, h(Text, {inverse: true}, ' '))),
		h(Box, {justifyContent: 'space-between'},
			h(Text, {dimColor: true}, '? for shortcuts'),
			h(Text, {color: 'yellow', underline: true}, 'auto')));
}

process.stdout.write('\u001B[?1049h\u001B[H');
render(h(App), {patchConsole: false});
