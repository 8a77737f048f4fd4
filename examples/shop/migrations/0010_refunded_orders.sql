-- A new enum value may be used only after the commit that adds it: the next file could.
alter type order_status add value 'refunded' after 'shipped';
