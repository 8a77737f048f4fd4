drop function shop.count_items();
