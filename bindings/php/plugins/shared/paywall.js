// The page that asks for a code: its button, without loading the page again. Without this script the forms work too.
(function () {
    'use strict';
    var box = document.getElementById('paywall');
    if (!box || !window.fetch) { return; }
    var text = document.getElementById('paywall-text');
    var link = document.getElementById('paywall-link');
    var verify = document.getElementById('paywall-verify');
    var resend = document.getElementById('paywall-resend');
    var button = document.getElementById('paywall-button');
    var label = button.textContent;

    function sleep(seconds) {
        button.disabled = seconds > 0;
        button.textContent = seconds > 0 ? label + ' (' + seconds + ')' : label;
        if (seconds > 0) { setTimeout(function () { sleep(seconds - 1); }, 1000); }
    }

    function show(answer) {
        var code = answer.show === 'code';
        text.textContent = answer.text;
        verify.hidden = resend.hidden = !code;
        link.hidden = code;
        if (!code) {
            link.href = answer.url;
            link.textContent = answer.label;
        }
        sleep(answer.wait);
    }

    resend.addEventListener('submit', function (event) {
        event.preventDefault();
        // The first guard against a double click; the shop's table is the second.
        button.disabled = true;
        fetch(resend.action, {
            method: 'POST',
            body: new FormData(resend),
            credentials: 'same-origin',
            headers: { 'Accept': 'application/json' }
        }).then(function (answer) {
            return answer.json().then(function (said) {
                // A firewall or another plug-in may answer in the shop's place, with JSON of its own.
                if (!said || typeof said.text !== 'string' || typeof said.wait !== 'number') { throw new Error(); }
                return said;
            }).catch(function (error) {
                if (answer.status !== 403) { throw error; }
                // Refused, so nothing was sent.
                return { show: 'reload', text: box.dataset.stale, wait: 0, url: location.href, label: box.dataset.reload };
            });
        }).then(show).catch(function () {
            // No answer came. Do not call again: the code may be on its way.
            show({ show: 'code', text: box.dataset.lost, wait: 30 });
        });
    });
    // A second press of Enter must not verify twice.
    verify.addEventListener('submit', function (event) {
        if (verify.dataset.sent) { event.preventDefault(); }
        verify.dataset.sent = 'yes';
    });
    window.addEventListener('pageshow', function () { delete verify.dataset.sent; });
    sleep(Number(box.dataset.wait));
}());
