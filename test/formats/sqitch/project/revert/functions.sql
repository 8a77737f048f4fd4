drop function shop.greet(text), shop.shout(text);
