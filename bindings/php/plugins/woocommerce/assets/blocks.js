// The payment method in the checkout that is made of blocks: WooCommerce does the rest.
(function () {
    'use strict';
    var settings = window.wc.wcSettings.getPaymentMethodData('paywall', {});
    var decode = window.wp.htmlEntities.decodeEntities;
    var content = window.wp.element.createElement('div', null, decode(settings.description || ''));
    window.wc.wcBlocksRegistry.registerPaymentMethod({
        name: 'paywall',
        label: decode(settings.title || 'Masterpass'),
        ariaLabel: decode(settings.title || 'Masterpass'),
        content: content,
        edit: content,
        canMakePayment: function () { return true; },
        supports: { features: settings.supports || ['products'] }
    });
}());
