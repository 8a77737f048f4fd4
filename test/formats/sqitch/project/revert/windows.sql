delete from shop.log where line = 'first';
